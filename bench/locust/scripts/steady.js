// The same as steady.py.
import { HttpUser, SequentialTaskSet, constant, env, task } from "katydid";

const FIRST = env.BENCH_FIRST;

class Turns extends SequentialTaskSet {
  static waitTime = constant(Number(env.BENCH_WAIT));

  @task first() { this.client.get(FIRST); }

  @task slow() { this.client.get("/slow"); }
}

export class Steady extends HttpUser {
  static tasks = [Turns];
}
