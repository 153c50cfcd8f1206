// Who decides whether a request was a success? The status does (400 and above is a failure), unless the script knows better.
// Try it: go run . run scripts/examples/verdicts.js -u 5 -r 5 -t 3s     (exit code 1: some of these fail on purpose)
import { HttpUser, task, constant } from "katydid";

export class Judge extends HttpUser {
  static waitTime = constant(0.2);

  // A function as the last argument gets the response; the request is recorded when it returns.
  @task
  callback() {
    this.client.get("/", r => {
      if (!r.text.includes("OK")) r.failure("no OK in the page");
      else r.assert(r.elapsed < 2000, "slower than 2 s"); // elapsed is in milliseconds
    });
    this.client.get("/buggy", { name: "/buggy (500 is fine)" }, r => {
      if (r.status === 500) r.success();
    });
  }

  // catchResponse: the verdict comes later. done() records the request; the end of the task does so at the latest.
  @task
  later() {
    const first = this.client.get("/", { catchResponse: true, name: "/ (first)" });
    const second = this.client.get("/", { name: "/ (second)" });
    if (first.text !== second.text) first.failure("two different answers");
    first.done();
  }

  // named: all requests inside go into one row, whatever their URLs are.
  @task
  named() {
    this.client.named("/?id=[id]", () => {
      for (let id = 1; id <= 3; id++) this.client.get(`/?id=${id}`);
    });
  }

  // rest: for answers in JSON, which come as r.js. This page is plain text, so the request is a failure that says so.
  @task
  json() {
    this.client.rest("GET", "/", { name: "/ (as JSON)" }, r => r.assert(r.js?.ok, "not ok"));
  }
}
