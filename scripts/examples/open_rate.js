// An open run: so many visitors a second begin, however long the service takes for those before. What they feel is the
// response time, which counts from when they were due.
// Try it: go run . run scripts/examples/open_rate.js
// One rate needs no shape: go run . run scripts/scene_1.js --rate 20 -t 30s
import { HttpUser, LoadShape, task } from "katydid";

export class Visitor extends HttpUser {
  @task home() { this.client.get("/"); } // one iteration; there is no wait time, the shape says when the next one begins
}

export class Morning extends LoadShape {
  static stages = [
    { duration: 1, rate: 20 }, // for 1 second: 20 starts a second
    { duration: 1, rate: [20, 100] }, // for 1 second: more and more
    { duration: 1, rate: 100 },
  ];
}
