import { HttpUser, task, constant } from "katydid";

export class Caller extends HttpUser {
  static waitTime = constant(0);
  @task get() { this.client.get("/"); }
}
