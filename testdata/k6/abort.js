import exec from "k6/execution"; export function setup() { return 2; }
export const options = { vus: 1, iterations: 5 }; export default function (d) { console.log("# begins"); if (__ITER === 1) { exec.test.abort("enough"); console.log("# not reached"); } }
export function teardown(d) { console.log("# teardown", d); } export function handleSummary(d) { console.log("# summary", d.metrics.iterations.values.count); return {}; }
