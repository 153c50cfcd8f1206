// Each line that ends in "error TS..." must be refused with that code, and no other line.
import { HttpUser, environment, env, events, shared, open, sleep } from "katydid";

export class Caller extends HttpUser {
  act() {
    const c = this.client;
    c.get(); // error TS2554
    c.get("/", { nmae: "x" }); // error TS2769
    c.get("/", { timeout: "1s" }); // error TS2769
    c.get("/", { auth: ["ann"] }); // error TS2769
    c.get("/", { headers: { a: 1 } }); // error TS2769
    c.get("/", {}, "verdict"); // error TS2345
    c.post("/", 5); // error TS2769
    c.fetch("/"); // error TS2339
    c.batch([["GET"]]); // error TS2322
    c.batch([{ method: "GET" }]); // error TS2322
    c.async.batch(["/"]); // error TS2551
    const r = c.get("/");
    r.status = 200; // error TS2540
    c.baseUrl = "/"; // error TS2540
    r.failure(); // error TS2554
    r.headers["content-type"].length; // error TS2532
    r.statusCode; // error TS2551
    c.async.get("/").status; // error TS2339
    sleep("1s"); // error TS2345
  }
}

shared.csv("users.csv", { mode: "uniq" }); // error TS2769
shared.csv("users.csv", { mode: "unique", onEnd: "undefined" }).next().user; // error TS2532
shared.json("items.json", { delimiter: ";" }); // error TS2769
shared.array("ids", [1, 2, 3]); // error TS2345
shared.array("ids", () => [{ n: 1 }]).next().n = 2; // error TS2540
shared.counter("n").value = 1; // error TS2540
open("a.png", "r"); // error TS2345
env.HOME.length; // error TS18048
env.HOME = "/"; // error TS2542

events.testBegin.on(() => {}); // error TS2339
events.request.on(({ status }) => status); // error TS2339
events.request.on(({ responseTime }) => responseTime.toFixed(1)); // error TS18047
events.initCommandLine.on(p => p.addArgument("tenant")); // error TS2345
events.initCommandLine.on(p => p.addArgument("--n", { type: "number" })); // error TS2322
environment.host = "http://127.0.0.1"; // error TS2540
environment.stats.get("GET", "/").numRequests; // error TS2532
environment.processExitCode = "3"; // error TS2322
environment.stats.total.percentile(95); // error TS2345
for (const e of environment.stats.entries) e.percentile(0.951); // error TS2345
