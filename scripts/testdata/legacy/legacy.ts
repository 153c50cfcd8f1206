// TypeScript's own decorators ("experimentalDecorators"). They are not allowed in class expressions: task sets stand alone.
import { HttpUser, MarkovTaskSet, SequentialTaskSet, TaskSet, tag, task, transition, transitions } from "katydid";

class Browse extends TaskSet<Shopper> {
  @task look() { this.client.get("/", { name: this.user.token }); }
  @task leave() { this.interrupt({ reschedule: false }); }
}

@tag("c")
class Steps extends SequentialTaskSet {
  @task one() { this.scheduleTask("two"); }
  @task two() { this.interrupt(); }
}

export class Shopper extends HttpUser {
  token = "";

  @task plain() {}
  @task(3) @tag("a", "b") weighted() {}
  @tag("a") @task async later() { await this.client.async.get("/"); }
  static tasks = [[Browse, 2], Steps];
}

export class Walk extends MarkovTaskSet {
  @transition("b") a() {}
  @transition("a", 2) @transition("b") b() {}
  @transitions({ a: 1, b: 2 }) c() {}
  @transitions(["a", "c"]) async d() {}
}
