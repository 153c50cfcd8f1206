// How many users there are over time, as a table. It takes the place of -u, -r and -t; the test ends after the last stage.
// Try it: go run . run scripts/examples/stages.js
import { HttpUser, LoadShape, task, constant } from "katydid";

export class Visitor extends HttpUser {
  static waitTime = constant(0.2);
  @task home() { this.client.get("/"); }
}

export class Rush extends LoadShape {
  static stages = [
    { duration: 1, users: 3, rate: 3 }, // for 1 second: 3 users
    { duration: 1, users: 10, rate: 10 }, // then for 1 second: 10, of whom 10 a second are started
    { duration: 1, users: 1, rate: 10 }, // then back to 1
  ];
}
