// Tags choose which tasks are run: --tags runs only those with one of the tags, --exclude-tags leaves some out.
// Try it: go run . run scripts/examples/tags.js -u 5 -r 5 -t 3s --tags read --exclude-tags slow
import { HttpUser, TaskSet, task, tag, constant } from "katydid";

class Reports extends TaskSet {
  static tags = ["read", "report"]; // an array: for all tasks of this task set

  @task daily() { this.client.get("/", { name: "/report/daily" }); }
  @task done() { this.interrupt(); }
}

export class Clerk extends HttpUser {
  static waitTime = constant(0.2);
  static tasks = [Reports];

  @tag("read")
  @task
  home() { this.client.get("/"); }

  @tag("read", "slow")
  @task
  search() { this.client.get("/volatile"); }

  @task // no tag: left out as soon as --tags is given
  save() { this.client.get("/", { name: "/save" }); }
}

// Without decorators: method by method.
export class Robot extends HttpUser {
  static waitTime = constant(0.2);
  static tasks = { poll: 1, push: 1 };
  static tags = { poll: ["read"], push: ["write"] };

  poll() { this.client.get("/", { name: "/poll" }); }
  push() { this.client.get("/", { name: "/push" }); }
}
