// Users share no variables: each has its own copy of this script. What all are to see goes into shared.
// Try it: go run . run scripts/examples/counters.js -u 5 -r 5 -t 3s
import { HttpUser, events, shared, task, constant } from "katydid";

let mine = 0; // every user counts for itself
const orders = shared.counter("orders", 1000); // all users count together; starts at 1000
const sold = shared.map("sold"); // values by name, for all users

export class Customer extends HttpUser {
  static waitTime = constant(0.2);

  @task
  order() {
    mine++;
    const number = orders.next(); // 1001, 1002...: no two users get the same
    const item = number % 2 ? "cup" : "pot";
    this.client.get(`/?order=${number}&item=${item}`, { name: "/?order=[n]" });
    sold.update(item, n => (n ?? 0) + 1); // no order is lost, however many users do this at once
  }

  onStop() { console.log(`user ${this.id} made ${mine} orders of ${orders.value - 1000}`); }
}

events.testStop.on(() => {
  for (const item of sold.keys()) console.log(item, sold.get(item));
});
