// Several requests at the same time, promises, timers. Calls without `async` wait for their answer, and need none of this.
// Try it: go run . run scripts/examples/async.js -u 3 -r 3 -t 3s
import { HttpUser, task, constant, sleep } from "katydid";

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

// await at the top level: the script is ready when this is.
const settings = await pause(1).then(() => ({ pages: 3 }));

export class Browser extends HttpUser {
  static waitTime = constant(0.2);

  @task
  async page() {
    // A page and what belongs to it, as a browser loads it.
    const page = await this.client.async.get("/", { name: "/page" });
    const parts = await Promise.all(["a.css", "b.js"].map(f => this.client.async.get(`/?file=${f}`, { name: "/?file=[name]" })));
    if (!page.ok || parts.some(p => !p.ok)) console.warn("the page is not complete");
  }

  @task
  batch() {
    // The same without promises: all at once, the answers in the order of the list.
    const [home, list] = this.client.batch(["/", ["GET", "/?list", { name: "/list" }]]);
    console.debug(home.status, list.status);
  }

  @task
  async scroll() {
    for await (const page of this.pages(settings.pages)) console.debug("page", page.length);
    sleep(0.1); // seconds; waits as `await pause(100)` does
  }

  // An async generator: fetches a page only when it is asked for.
  async *pages(n) {
    for (let i = 1; i <= n; i++) {
      const r = await this.client.async.get(`/?page=${i}`, { name: "/?page=[n]" });
      yield r.text;
      await pause(50);
    }
  }
}
