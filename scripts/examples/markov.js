// A walk through a site: each task says which one may come next, and how likely that is.
// Try it: go run . run scripts/examples/markov.js -u 5 -r 5 -t 3s
import { HttpUser, MarkovTaskSet, transition, transitions, constant } from "katydid";

class Walk extends MarkovTaskSet {
  // The walk begins at the first task. From here: three times out of four to the list, else to the search.
  @transitions({ list: 3, search: 1 })
  home() { this.client.get("/"); }

  @transition("item", 2)
  @transition("home")
  list() { this.client.get("/", { name: "/list" }); }

  @transitions(["item", "search"]) // both equally likely
  search() { this.client.get("/", { name: "/search" }); }

  @transition("home")
  item() { this.client.get("/", { name: "/item/[id]" }); }
}

// The same kind of thing without decorators.
class Ping extends MarkovTaskSet {
  static transitions = { ping: { pong: 2, ping: 1 }, pong: ["ping"] };
  ping() { this.client.get("/", { name: "/ping" }); }
  pong() { this.client.get("/", { name: "/pong" }); }
}

export class Walker extends HttpUser {
  static waitTime = constant(0.1);
  static tasks = [Walk];
}

export class Pinger extends HttpUser {
  static waitTime = constant(0.2);
  static tasks = [Ping];
}
