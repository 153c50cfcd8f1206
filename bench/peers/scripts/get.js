// One request an iteration, and a look at its status.
import { HttpUser, task, constant } from "katydid";

export class Caller extends HttpUser {
  static waitTime = constant(0);
  @task get() {
    if (this.client.get("/").status !== 200) throw new Error("the status is not 200");
  }
}
