// How long a user waits after a task. All times are in seconds.
// Try it: go run . run scripts/examples/wait_times.js -u 6 -r 6 -t 3s
import { HttpUser, task, between, constant, constantPacing, constantThroughput } from "katydid";

class Base extends HttpUser {
  static abstract = true; // for others to extend; never run itself
  @task home() { this.client.get("/", { name: this.constructor.name }); }
}

// Any time between the two, all equally likely. The most natural.
export class Between extends Base { static waitTime = between(0.2, 0.8); }

// Always the same.
export class Constant extends Base { static waitTime = constant(0.5); }

// A task starts every 0.5 seconds, however long it takes (unless it takes longer than that).
export class Pacing extends Base { static waitTime = constantPacing(0.5); }

// The same the other way round: at most 2 tasks a second for each user.
export class Throughput extends Base { static waitTime = constantThroughput(2); }

// A function of your own: many short waits, few long ones.
export class Own extends Base { static waitTime = () => -0.4 * Math.log(1 - Math.random()); }

// A method, when the wait depends on what the user has done.
export class Method extends Base {
  visits = 0;
  @task visit() { this.visits++; }
  waitTime() { return Math.min(1, 0.1 * this.visits); }
}
