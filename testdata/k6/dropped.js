import { sleep } from "k6";
export const options = { scenarios: {
  per: { executor: "per-vu-iterations", vus: 2, iterations: 5, maxDuration: "1s", gracefulStop: "5s", exec: "long" },
  shared: { executor: "shared-iterations", vus: 2, iterations: 10, maxDuration: "1s", gracefulStop: "5s", exec: "long" },
  rate: { executor: "constant-arrival-rate", rate: 10, duration: "1s", preAllocatedVUs: 2, maxVUs: 2, exec: "longer", gracefulStop: "5s" },
  ramping: { executor: "ramping-vus", startVUs: 2, stages: [{ duration: "500ms", target: 0 }], gracefulRampDown: "0s", gracefulStop: "0s", exec: "stuck" },
  constant: { executor: "constant-vus", vus: 1, duration: "1s", gracefulStop: "2s", exec: "once" } },
  thresholds: { "iterations{scenario:per}": ["count==4"], "iterations{scenario:shared}": ["count==4"], "iterations{scenario:rate}": ["count==2"], "iterations{scenario:ramping}": ["count==0"], "iterations{scenario:constant}": ["count==1"],
    "dropped_iterations{scenario:per}": ["count==6"], "dropped_iterations{scenario:shared}": ["count==6"], "dropped_iterations{scenario:rate}": ["count>=8"], "dropped_iterations{scenario:ramping}": ["count==0"], "dropped_iterations{scenario:constant}": ["count==0"] } };
// loose
export function long() { sleep(0.65); } export function longer() { sleep(1.2); } export function stuck() { sleep(5); } export function once() { sleep(1.7); }
