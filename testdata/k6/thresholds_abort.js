import { Counter } from "k6/metrics"; import { sleep } from "k6";
const c = new Counter("my_counter");
export const options = { duration: "30s", thresholds: { my_counter: [{ threshold: "count<1", abortOnFail: true, delayAbortEval: "0s" }] } };
export default function () { c.add(1); sleep(30); }
export function teardown() { console.log("# teardown"); }
export function handleSummary(d) { console.log("# aborted early", d.state.testRunDurationMs < 20000); return {}; }
