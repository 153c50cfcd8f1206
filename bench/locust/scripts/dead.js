// The same as dead.py.
import { HttpUser, task } from "katydid";

export class Dead extends HttpUser {
  onStart() { throw new Error("cannot start"); }

  @task idle() {}
}
