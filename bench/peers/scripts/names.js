// NAMES different URLs, each of them a name in the statistics. Every user requests all in turn, from a place of its own.
import { HttpUser, task, constant, env } from "katydid";

const names = Number(env.NAMES);

export class Caller extends HttpUser {
  static waitTime = constant(0);
  n = Math.floor(this.id * names / 50);
  @task get() {
    if (this.client.get("/item-" + this.n++ % names).status !== 200) throw new Error("the status is not 200");
  }
}
