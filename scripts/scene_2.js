// Administrators: they call the front page and a page that fails now and then, with a pause of 5 to 15 seconds after each.
// Try it: go run . run scripts/scene_2.js -u 20 -r 10 -t 30s     (exit code 1: there are failures, and that is the point)
import { HttpUser, task, between } from "katydid";

export class AdminUser extends HttpUser {
  static waitTime = between(5, 15); // seconds

  @task
  home() {
    this.client.get("/");
  }

  @task
  buggy() {
    this.client.get("/buggy"); // every fifth request is answered with status 500
  }
}
