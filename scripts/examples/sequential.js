// Tasks in a fixed order: those of a SequentialTaskSet are run from the first to the last, again and again.
// Try it: go run . run scripts/examples/sequential.js -u 5 -r 5 -t 3s
import { HttpUser, SequentialTaskSet, task, constant } from "katydid";

class Order extends SequentialTaskSet {
  @task
  login() { this.client.get("/", { name: "1 login" }); }

  @task(3) // three times in a row
  choose() { this.client.get("/", { name: "2 choose" }); }

  @task
  pay() { this.client.get("/", { name: "3 pay" }); }

  @task
  logout() {
    this.client.get("/", { name: "4 logout" });
    this.interrupt(); // back to the user, which begins anew; without this line: back to login
  }
}

export class Customer extends HttpUser {
  static waitTime = constant(0.1);
  static tasks = [Order];
}
