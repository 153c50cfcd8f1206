// Task sets: tasks that belong together. A user enters a task set as one of its tasks and stays until it is told to leave.
// Try it: go run . run scripts/examples/nested_tasksets.js -u 5 -r 5 -t 3s
import { HttpUser, TaskSet, task, constant } from "katydid";

class Browse extends TaskSet {
  static waitTime = constant(0.1); // faster than the user outside

  onStart() { this.client.get("/", { name: "/shop" }); }

  @task(3)
  look() {
    this.client.get("/", { name: "/shop/[item]" });
    if (Math.random() < 0.2) this.scheduleTask(this.pay); // the next task, before any that is chosen by chance
  }

  // Not decorated: never chosen by chance, only scheduled.
  pay() { this.client.get("/", { name: "/shop/pay" }); }

  @task
  leave() { this.interrupt(); } // the user picks its next task at once; interrupt(false): it waits first

  // A task set inside the task set: its parent is Browse, its user still the Shopper.
  @task
  static Reviews = class extends TaskSet {
    @task(2) read() { this.client.get("/", { name: "/shop/[item]/reviews" }); }
    @task back() { this.interrupt({ reschedule: false }); }
  };
}

export class Shopper extends HttpUser {
  static waitTime = constant(0.3);
  static tasks = [[Browse, 2]]; // added to the decorated ones

  @task home() { this.client.get("/"); }
}
