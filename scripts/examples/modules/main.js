// A script in several files: everything that it imports is bundled with it. Only what this file exports is run.
// Try it: go run . run scripts/examples/modules/main.js -u 5 -r 5 -t 3s
import { task } from "katydid";
import { Visitor } from "./visitor.js";
import { pageName } from "./pages.js";

export { Visitor };

export class Member extends Visitor {
  onStart() { this.client.get("/", { name: "/login" }); }

  // Members do all that visitors do, and this.
  @task(2)
  profile() { this.client.get("/", { name: pageName("profile", this.id) }); }
}
