import { sleep } from "k6";
export const options = { scenarios: { cut: { executor: "constant-vus", vus: 1, duration: "1s", gracefulStop: "0s", exec: "cut" }, kept: { executor: "constant-vus", vus: 1, duration: "1s", gracefulStop: "5s", exec: "kept" }, busy: { executor: "per-vu-iterations", vus: 1, maxDuration: "1s", gracefulStop: "0s", exec: "busy", iterations: 3 } }, thresholds: { "iterations{scenario:cut}": ["count==0"], "iterations{scenario:kept}": ["count==1"], "dropped_iterations{scenario:busy}": ["count==2"] } };
export function cut() { sleep(30); }
export function kept() { sleep(1.3); console.log("# finished"); }
export function busy() { for (;;); }
