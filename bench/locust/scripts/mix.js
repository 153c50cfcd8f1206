// The same as mix.py.
import { HttpUser, constant, env, task } from "katydid";

const [ALPHA, BETA, FIXED] = env.BENCH_MIX.split(":").map(Number);

class Starter extends HttpUser {
  static abstract = true;
  static waitTime = constant(3600);

  onStart() {
    const name = this.constructor.name;
    this.client.get("/start?class=" + name, { name });
  }

  @task idle() {}
}

export class Alpha extends Starter {
  static weight = ALPHA;
}

export class Beta extends Starter {
  static weight = BETA;
}

export class Gamma extends Starter {
  static abstract = FIXED === 0;
  static fixedCount = FIXED;
}
