// Users of an API: they call the front page and a slow page, with a pause of 5 to 9 seconds after each.
// Try it: go run . run scripts/scene_1.js -u 20 -r 10 -t 30s
import { HttpUser, task, between } from "katydid";

export class ApiUser extends HttpUser {
  static waitTime = between(5, 9); // seconds

  @task
  home() {
    this.client.get("/");
  }

  @task
  volatile() {
    this.client.get("/volatile"); // takes 1 to 5 seconds
  }
}
