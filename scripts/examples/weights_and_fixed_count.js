// Several kinds of users in one test, and tasks of which some are run more often. No decorators: plain JavaScript.
// Try it: go run . run scripts/examples/weights_and_fixed_count.js -u 9 -r 9 -t 3s
import { HttpUser, constant } from "katydid";

// Three visitors for each customer. Within a visitor, `home` is run five times as often as `search`.
export class Visitor extends HttpUser {
  static weight = 3;
  static waitTime = constant(0.5);
  static tasks = { home: 5, search: 1 };

  home() { this.client.get("/"); }
  search() { this.client.get("/", { params: { q: "katydid" }, name: "/?q=[text]" }); }
}

export class Customer extends HttpUser {
  static weight = 1;
  static waitTime = constant(0.5);
  static tasks = { order: 1 };

  order() { this.client.get("/", { name: "/order" }); }
}

// Exactly one, however many users there are; it is started before the others.
export class Watchdog extends HttpUser {
  static fixedCount = 1;
  static waitTime = constant(1);
  static tasks = { check: 1 };

  check() { this.client.get("/", { name: "/health" }); }
}
