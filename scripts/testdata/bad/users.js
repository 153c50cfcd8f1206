// Each line that ends in "error TS..." must be refused with that code, and no other line.
import { HttpUser, MarkovTaskSet, TaskSet, User, between, tag, task, transition, transitions, nothing } from "katydid"; // error TS2305

export class Static extends HttpUser { // error TS2417
  static weight = "3";
}
export class Wait extends HttpUser { // error TS2417
  static waitTime = 5;
}
export class Range extends HttpUser {
  static waitTime = between("1", 5); // error TS2345
}
export class Weights extends HttpUser { // error TS2417
  static tasks = { index: "3" };
  index() {}
}
export class Settings extends HttpUser { // error TS2417
  static http = { timeout: "10s" };
}
export class Misspelt extends HttpUser { // error TS2417
  static http = { timeOut: 10 };
}
export class Decorated extends HttpUser {
  @task("3") weight() {} // error TS2345
  @task() none() {} // error TS2554
  @task(2) field = class extends TaskSet {}; // error TS1240
  @task(2) static number = 3; // error TS1240
  @task static method() {} // error TS1241
  @tag() untagged() {} // error TS2555
  @tag(1) numbered() {} // error TS2345
}
export class Walk extends MarkovTaskSet {
  @transition("nowhere") a() {} // error TS1241
  @transitions({ nowhere: 1 }) b() {} // error TS1241
  @transitions(["a", "nowhere"]) c() {} // error TS1241
  @transitions({ a: "1" }) d() {} // error TS2769
}
export class Socket extends User {
  act() {
    this.client.get("/"); // error TS2339
    this.report({ type: "WS", name: "/" }); // error TS2741
    this.report({ type: "WS", name: "/", response_time: 1 }); // error TS2561
  }
}
export class Inner extends TaskSet {
  act() {
    this.interrupt({ again: false }); // error TS2353
    this.user.token; // error TS2339
  }
}
export class Base extends HttpUser {
  onStart() { super.onStart(); } // error TS2722
}
@tag("users") // error TS1238
export class Tagged extends HttpUser {}
