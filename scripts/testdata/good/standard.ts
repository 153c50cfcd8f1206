// Standard decorators on everything that they fit; testdata/legacy has the same with TypeScript's own.
import { HttpUser, MarkovTaskSet, SequentialTaskSet, StopUser, TaskSet, User, tag, task, transition, transitions } from "katydid";

class Shopper extends HttpUser {
  token = "";

  @task plain() {}
  @task(3) @tag("a", "b") weighted() {}
  @tag("a") @task async later() { await this.client.async.get("/"); }
  @task(2) static Browse = class extends TaskSet<Shopper, Shopper> {
    @task look() { this.client.get("/", { name: this.user.token + this.parent.token }); }
    @task leave() { this.interrupt({ reschedule: false }); }
  };
  @task @tag("c") static Steps = class extends SequentialTaskSet {
    @task one() { this.scheduleTask("two"); this.wait(); }
    @task two() { this.interrupt(); }
  };
}

@tag("w")
class Walk extends MarkovTaskSet {
  @transition("b") a() {}
  @transition("a", 2) @transition("b") b() {}
  @transitions({ a: 1, b: 2 }) c() {}
  @transitions(["a", "c"]) async d() {}
}

class Socket extends User {
  static tasks = [Walk, [Shopper.Browse, 2]];
  onStart() { throw new StopUser(); }
  onStop() { return super.onStop?.(); }
  step(): string { return this.id > 3 ? this.stop() : "on"; }
}

export { Shopper, Socket };
