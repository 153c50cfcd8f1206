// args: --vus 3 --iterations 6 --tag cli=1 --summary-trend-stats min,p(99)
// env: K6_TAGS=fromenv:1 K6_VUS=5 K6_USER_AGENT=env-agent
import http from "k6/http"; import { scenario, test } from "k6/execution";
export const options = { scenarios: { gone: { executor: "constant-vus", vus: 1, duration: "10m" } }, tags: { script: "1" }, userAgent: "script-agent", thresholds: { "iterations{cli:1}": ["count>=0"], "iterations{script:1}": ["count>=0"], "iterations{fromenv:1}": ["count>=0"] } };
export default function () { if (scenario.iterationInTest === 0) console.log("# options", Object.keys(test.options.scenarios).join(), http.get(__ENV.HTTP + "/headers").json("headers.User-Agent.0")); }
