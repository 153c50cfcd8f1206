// A hundred requests an iteration: what is left of the cost when a task does not end after each.
import { HttpUser, task, constant } from "katydid";

export class Caller extends HttpUser {
  static waitTime = constant(0);
  @task loop() {
    for (let i = 0; i < 100; i++) {
      if (this.client.get("/").status !== 200) throw new Error("the status is not 200");
    }
  }
}
