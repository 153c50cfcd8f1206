// loose
import { sleep } from "k6"; import exec from "k6/execution";
export const options = { scenarios: {
  per: { executor: "per-vu-iterations", vus: 2, iterations: 2, exec: "work", env: { WHO: "per" }, tags: { kind: "a" } },
  shared: { executor: "shared-iterations", vus: 2, iterations: 5, exec: "work", env: { WHO: "shared" }, tags: { kind: "b" } },
  constant: { executor: "constant-vus", vus: 1, duration: "1s", exec: "slow", gracefulStop: "0s" },
  ramping: { executor: "ramping-vus", startVUs: 1, stages: [{ duration: "1s", target: 1 }], exec: "slow", gracefulStop: "0s", gracefulRampDown: "0s" },
  arrivals: { executor: "constant-arrival-rate", rate: 4, timeUnit: "1s", duration: "1s", preAllocatedVUs: 5, exec: "work", env: { WHO: "arrivals" } },
  ramped: { executor: "ramping-arrival-rate", startRate: 4, timeUnit: "1s", stages: [{ duration: "1s", target: 4 }], preAllocatedVUs: 4, exec: "work", env: { WHO: "ramped" }, startTime: "100ms" },
  dropped: { executor: "constant-arrival-rate", rate: 4, timeUnit: "1s", duration: "1s", preAllocatedVUs: 1, maxVUs: 1, exec: "slow", gracefulStop: "0s" } },
  thresholds: { "iterations{scenario:per}": ["count==4"], "iterations{scenario:shared}": ["count==5"], "iterations{scenario:constant}": ["count==0"], "iterations{scenario:ramping}": ["count==0"], "iterations{scenario:arrivals}": ["count>=4"], "iterations{scenario:dropped}": ["count==0"], "iterations{kind:a}": ["count==4"], "dropped_iterations{scenario:dropped}": ["count>=3"], "dropped_iterations{scenario:arrivals}": ["count==0"], "iterations{scenario:ramped}": ["count>=3"] } };
export function setup() { return { n: 1 }; }
export function work(data) { if (__ENV.WHO !== exec.scenario.name || data.n !== 1) console.log("# wrong", __ENV.WHO, exec.scenario.name); }
export function slow() { sleep(3); }
export default function () { console.log("# nobody runs this"); }
