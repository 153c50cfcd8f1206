import http from "k6/http"; import { check, group } from "k6"; import { scenario } from "k6/execution"; import { Counter } from "k6/metrics";
const c = new Counter("my_counter");
export const options = { vus: 2, iterations: 2, setupTimeout: "10s", teardownTimeout: "10s", thresholds: { "http_reqs{group:::setup}": ["count==1"], "http_reqs{group:::teardown}": ["count==1"], "my_counter{group:::setup}": ["count>=0"], "my_counter{group:::setup::inner}": ["count>=0"], "iterations": ["count==2"] } };
export function setup() { http.get(__ENV.HTTP + "/get"); check(1, { "in setup": true }); c.add(1); group("inner", () => { check(1, { inner: true }); c.add(1); }); return { token: "t", nan: null, nested: { a: [1] } }; }
export default function (data) { if (scenario.iterationInTest === 0) console.log("# data", data.token, data.nan, data.nested.a[0]); }
export function teardown(data) { http.get(__ENV.HTTP + "/get"); check(1, { "in teardown": true }); console.log("# teardown", data.token, __VU); }
export function handleSummary(data) {
  console.log("# keys", Object.keys(data).sort().join(), JSON.stringify(data.setup_data && data.setup_data.token), Object.keys(data.options).sort().join(), Object.keys(data.state).sort().join(), typeof data.state.testRunDurationMs, __VU);
  console.log("# metric", data.metrics.iterations.type, data.metrics.iterations.contains, Object.keys(data.metrics.iterations.values).sort().join(), data.metrics.iterations.values.count, JSON.stringify(data.metrics.iterations.thresholds));
  console.log("# trend", data.metrics.http_req_duration.type, data.metrics.http_req_duration.contains, Object.keys(data.metrics.http_req_duration.values).sort().join(), data.metrics.data_sent.contains, data.metrics.checks.type, data.metrics.checks.values.passes, data.metrics.http_req_failed.values.passes);
  console.log("# checks", JSON.stringify(data.root_group.checks), data.root_group.groups.map(g => g.path + ":" + g.checks.map(c => c.name)).join(), data.root_group.path === "", data.root_group.name === "");
  return { stdout: "# out text\n", stderr: "on stderr\n" };
}
