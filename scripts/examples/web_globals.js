// What scripts have of the web platform. There is no fetch, no DOM and no Node.
// Try it: go run . run scripts/examples/web_globals.js -u 1 -t 3s
import { HttpUser, env, task, constant } from "katydid";

export class Visitor extends HttpUser {
  static waitTime = constant(0.5);

  @task
  urls() {
    const url = new URL("/?a=1", this.host);
    url.searchParams.set("q", "tea & cake");
    this.client.get(url.href, { name: "/?a&q" });
    const query = new URLSearchParams({ page: "2" });
    this.client.get(`/?${query}`, { name: "/?page" });
  }

  @task
  texts() {
    const utf8 = new TextEncoder().encode("Grüße");
    console.log(utf8.length, "bytes:", new TextDecoder().decode(utf8));
    console.log(btoa("ann:secret"), atob("YW5uOnNlY3JldA=="));
  }

  @task
  values() {
    const original = { when: new Date(0), tags: new Set(["a"]) };
    console.log(structuredClone(original), "is a deep copy of", original);
    console.info(crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(4)));
    console.debug("shown only with --loglevel DEBUG; on this machine LANG is", env.LANG ?? "not set");
  }

  @task
  async timers() {
    const start = performance.now();
    await new Promise(resolve => setTimeout(resolve, 20));
    console.log("%d ms", Math.round(performance.now() - start));
  }
}
