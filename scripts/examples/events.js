// Listeners: code that is run when something happens in the test.
// Try it: go run . run scripts/examples/events.js -u 5 -r 5 -t 3s
import { HttpUser, events, task, constant } from "katydid";

export class Visitor extends HttpUser {
  static waitTime = constant(0.3);
  context() { return { visitor: this.id }; } // goes with each request to the listeners
  @task home() { this.client.get("/", { context: { page: "home" } }); }
}

// These are run once, in a copy of the script that has no user.
events.testStart.on(({ environment }) => console.log("testing", environment.host));
events.spawningComplete.on(() => console.log("all users are there"));
events.testStop.on(({ environment }) => {
  const { total } = environment.stats;
  console.log(total.numRequests, "requests; 95 % took at most", total.percentile(0.95), "ms");
});

// The exit code of the process, from the figures: for use in a build pipeline.
events.quitting.on(({ environment }) => {
  const { total } = environment.stats;
  if (total.failRatio > 0.01) environment.processExitCode = 3;
  else if (total.numRequests > 0 && total.percentile(0.95) > 5000) environment.processExitCode = 4;
});

// These two are run in the user's own copy, after each of its requests and errors. They cost time: use them sparingly.
events.request.on(({ name, responseTime, error, context }) => {
  if (error || (responseTime ?? 0) > 2000) console.warn("slow or failed:", name, responseTime, error, context);
});
events.userError.on(({ user, error }) => console.error(`user ${user.id} threw: ${error}`));
