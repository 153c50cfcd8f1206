// The same as same.py, line by line.
import { HttpUser, SequentialTaskSet, env, task } from "katydid";

const CYCLES = Number(env.BENCH_CYCLES);
const WAIT = Number(env.BENCH_WAIT);
const TIMES = [0.4, 1.5, 12.3456, 145.2, 995.4, 12345.6, 30000.7];

class Cycle extends SequentialTaskSet {
  left = CYCLES;

  waitTime() { return this.left > 0 ? WAIT : 3600; }

  send(name, responseTime) {
    this.user.report({ type: "WS", name, responseTime, responseLength: 10 });
  }

  @task ok() { this.client.get("/ok?id=1,2"); }

  @task slow() { this.client.get("/slow"); }

  @task quoted() { this.client.get("/ok", { name: '/ok "quoted", comma' }); }

  @task missing() { this.client.get("/404"); }

  @task broken() { this.client.post("/500", { json: { a: 1 } }); }

  @task fine() { this.client.get("/404", { name: "/404 is fine" }, r => r.success()); }

  @task caught() { this.client.get("/ok", { name: "/caught" }, r => r.failure('Got wrong, response\nline2 "q"')); }

  @task apostrophe() { this.client.get("/ok", { name: "it's here" }, r => r.failure("it's \"both\" \\ and a tab\t")); }

  @task redirected() { this.client.get("/redir"); }

  @task accents() { this.client.get("/ok", { name: "/café ☕" }); }

  @task head() { this.client.head("/ok"); }

  @task refused() { this.client.get("http://127.0.0.1:1/", { name: "/refused" }); }

  @task reported() {
    for (const time of TIMES) this.send("fractions", time);
    this.send("whole", 7);
    this.send("untimed", null);
  }

  @task boom() { throw new Error('oh no, "boom"'); }

  @task bang() {
    this.left--;
    throw new Error("bang");
  }
}

export class Same extends HttpUser {
  static tasks = [Cycle];
}
