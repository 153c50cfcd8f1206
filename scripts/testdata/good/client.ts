// Calls that must be accepted, with the types that come out of them.
import { HttpUser, constant, env, environment, events, log, open, runner, shared, sleep } from "katydid";
import type { BatchRequest, Client, Response, Tasks, Tick } from "katydid";

/** Fails to compile unless both types are the same. */
function same<A>() { return <B>(_: [A] extends [B] ? ([B] extends [A] ? B : never) : never) => {}; }

export abstract class Base extends HttpUser {
  static abstract = true;
  static host = "http://127.0.0.1:9000";
  static http = { timeout: 5, auth: ["ann", "secret"], proxy: false, groupUrls: [/\d+/], headers: { "x-a": "1" } };
  static tasks: Tasks = { first: 2 };
  static waitTime = () => 0.5;
  declare client: Client;
  first() {}
}

export class Caller extends Base {
  static tasks: Tasks = ["second", ["first", 3], [(user: Caller) => user.second(), 1]];
  static tags = { second: ["x"] };
  context() { return { id: this.id }; }
  waitTime() { return 1; }

  async second() {
    const c = this.client;
    same<Response>()(c.get("/"));
    same<Promise<Response>>()(c.async.get("/"));
    same<Response[]>()(c.batch(["/", ["POST", "/", { json: [1] }], { url: "/", method: "PUT", name: "put" }]));
    same<number>()(c.named("n", () => 1));
    same<Promise<Response>>()(this.measure("FAKE", "x", () => c.async.post("/", "body")));
    same<number>()(c.get("/").json<{ n: number }>().n);
    same<string | undefined>()(c.get("/").headers["content-type"]);
    same<string | undefined>()(c.get("/").headers.get("Content-Type"));
    same<boolean>()(c.get("/").assert(c.auth === null, "no auth"));

    c.get("/", r => r.ok);
    c.get("/", { params: [["a", 1], ["b", true]] }, async r => { await sleep(0.1); r.success(); });
    c.head("/", { redirects: 3, timeout: 0.5, cookies: { a: "1" }, context: { step: 1 } });
    c.options("/", { params: new URLSearchParams("a=1"), auth: ["u", "p"] });
    c.delete("/", r => r.failure(new Error("no")));
    c.post("/", new Uint8Array([1, 2]), { name: "bytes" }, r => r.done());
    c.put("/", { data: { a: 1, b: ["x", "y"], c: undefined } });
    c.patch("/", { files: { a: "text", b: { filename: "b.bin", content: new ArrayBuffer(2), contentType: "x/y" } } });
    c.request("PURGE", "/", { catchResponse: true }).done();
    c.rest("POST", "/", { json: { a: 1 } }, r => r.assert(r.js.ok, "not ok"));
    c.rest_("GET", "/", r => r.js);
    c.headers["x-b"] = c.cookies.get("sid") ?? String(c.cookies.all().sid);
    c.cookies.set("a", "b");
    c.cookies.clear();
    same<string>()(c.baseUrl);
    const { dns, connect, tls, send, wait, receive } = c.get("/").timings;
    this.report({ type: "X", name: "y", responseTime: null, error: new Error("late"), context: { dns, connect } });
    this.report({ type: "X", name: "y", responseTime: tls + send + wait + receive, responseLength: 3, error: "text" });
    const more: BatchRequest[] = ["/a"];
    for (const { history: [hop], request, url } of c.batch(more)) log.info(hop?.status, request.method, url);
  }
}

const users = shared.csv<{ user: string; pass: string }>("users.csv", { mode: "unique", delimiter: ";" });
same<Readonly<{ user: string; pass: string }>>()(users.next());
same<string>()(shared.csv("users.csv").next().anything);
same<Readonly<{ user: string }> | undefined>()(shared.csv<{ user: string }>("users.csv", { mode: "unique", onEnd: "undefined" }).next());
same<readonly string[]>()(shared.csv("users.csv", { header: false }).next());
same<string>()(shared.csv("users.csv", { header: false, columns: ["a", "b"] }).next().a);
same<number>()(shared.array("ids", () => [1, 2, 3], { mode: "loop" }).next());
same<number | undefined>()(shared.array("ids", () => [1, 2, 3], { mode: "unique", onEnd: "undefined" }).next());
same<number>()(shared.json<{ n: number }>("items.json", { mode: "random", onEnd: "error" }).next().n);
same<number>()(shared.counter("orders", 10).next() + shared.counter("orders").add(2) + shared.counter("orders").value);
const tokens = shared.map<{ n: number }>("tokens");
same<{ n: number }>()(tokens.update("a", old => ({ n: (old?.n ?? 0) + 1 })));
same<{ n: number } | undefined>()(tokens.get("a"));
same<ArrayBuffer>()(open("photo.png", "b"));
same<string>()(globalThis.open("page.html"));
same<string | undefined>()(env.TENANT);
same<Tick>()([1, 2] as Tick);

events.request.on(({ type, name, responseTime, responseLength, error, context, response, startTime, url, user }) =>
  log.debug(type, name, (responseTime ?? 0) + responseLength, error, context.step, response?.status, startTime, url, user.id));
events.quit.on(({ exitCode, environment }) => log.warn(exitCode, environment.stats.get("GET", "/")?.percentile(0.95)));
if (runner.state === "running" && environment.parsedOptions.tenant) constant(1);
