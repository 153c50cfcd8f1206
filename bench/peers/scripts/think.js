// Users that think for 5 to 9 seconds after each request.
import { HttpUser, task, between } from "katydid";

export class Thinker extends HttpUser {
  static waitTime = between(5, 9);
  @task get() {
    if (this.client.get("/").status !== 200) throw new Error("the status is not 200");
  }
}
