// How many users there are at any time, as a function of your own. It takes the place of -u, -r and -t.
// Try it: go run . run scripts/examples/load_shape.js
import { HttpUser, LoadShape, task, constant } from "katydid";

export class Visitor extends HttpUser {
  static waitTime = constant(0.2);
  @task home() { this.client.get("/"); }
}

// A wave of 2 to 10 users. tick() is asked about once a second.
export class Wave extends LoadShape {
  tick() {
    if (this.runTime >= 3) return null; // seconds since the start; null ends the test
    const users = Math.round(6 + 4 * Math.sin(2 * this.runTime));
    return [users, 10]; // so many users, started (or stopped) at 10 a second
  }
}
