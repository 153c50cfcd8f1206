import exec, { vu, scenario, instance, test } from "k6/execution";
import { Counter } from "k6/metrics";
import http from "k6/http";
const c = new Counter("my_counter");
export const options = { tags: { run: "r" }, scenarios: { one: { executor: "per-vu-iterations", vus: 2, iterations: 2, tags: { own: "o" }, exec: "one" }, two: { executor: "shared-iterations", vus: 1, iterations: 2, startTime: "300ms", exec: "two" } },
  thresholds: { "my_counter{mine:1}": ["count>=0"], "my_counter{mine:true}": ["count>=0"], "my_counter{own:o}": ["count>=0"], "my_counter{run:r}": ["count>=0"], "my_counter{scenario:one}": ["count>=0"], "my_counter{scenario:two}": ["count>=0"], "http_reqs{mine:1}": ["count>=0"], "iterations{mine:1}": ["count>=0"], "my_counter{run:other}": ["count>=0"], "my_counter{group:::g}": ["count>=0"] } };
// sorted
const threw = fn => { try { const v = fn(); return "fine " + v; } catch (e) { return e instanceof TypeError ? "TypeError" : "throws"; } };
if (__VU === 1) console.log("# init", threw(() => scenario.name));
export function setup() { console.log("# setup", vu.idInTest, threw(() => scenario.name), threw(() => vu.iterationInScenario), vu.tags.run, vu.metrics.tags.group); }
export function one() {
  console.log("# one", vu.idInTest === vu.idInInstance, vu.idInTest > 0 && vu.idInTest < 4, vu.iterationInInstance, vu.iterationInScenario, scenario.name, scenario.executor, exec.vu.idInTest === __VU, __ITER === vu.iterationInInstance);
  console.log("# time", Math.abs(Date.now() - scenario.startTime) < 20000, scenario.progress >= 0 && scenario.progress <= 1, typeof instance.currentTestRunDuration, instance.vusActive >= 1, instance.vusInitialized >= 2, instance.iterationsInterrupted, instance.iterationsCompleted >= 0);
  console.log("# numbers", scenario.iterationInTest === scenario.iterationInInstance, scenario.iterationInTest < 4);
  console.log("# tags before", vu.tags.mine, vu.tags.run, vu.tags.own, vu.tags.scenario, JSON.stringify(vu.tags.group));
  vu.tags.mine = 1; vu.metrics.tags["run"] = "other"; vu.metrics.metadata.trace = "t";
  c.add(1); http.get(__ENV.HTTP + "/get"); vu.tags.mine = true; c.add(1); delete vu.tags.mine; c.add(1);
  console.log("# tags after", vu.tags.mine, vu.tags.run, vu.metrics.metadata.trace, threw(() => { vu.tags.bad = {}; }), threw(() => { vu.tags.bad = null; }), threw(() => { vu.tags.bad = [1]; }));
  vu.tags.mine = "1";
  console.log("# readonly", threw(() => { scenario.name = "x"; return scenario.name; }).slice(0, 4));
}
export function two() { console.log("# two", vu.tags.mine, vu.tags.run, vu.tags.scenario, vu.iterationInScenario, scenario.iterationInTest); c.add(1); }
