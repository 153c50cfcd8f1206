// loose
import { sleep } from "k6"; import { scenario, test } from "k6/execution";
export const options = { stages: [{ duration: "500ms", target: 2 }, { duration: "0s", target: 1 }, { duration: "300ms", target: 1 }] };
export default function () { if (scenario.iterationInTest === 0) { const s = test.options.scenarios.default; console.log("# shape", s.executor, s.startVUs, s.stages.length, s.gracefulRampDown); } sleep(0.1); }
