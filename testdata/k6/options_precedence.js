// args: --iterations 2 --user-agent flag -e WHO=flag
// env: K6_DURATION=10m K6_ITERATIONS=9 K6_USER_AGENT=env WHO=env K6_BATCH=3
import http from "k6/http"; import { scenario, test } from "k6/execution";
export const options = { iterations: 7, userAgent: "script", batch: 4, maxRedirects: 1, insecureSkipTLSVerify: true };
export default function () { if (scenario.iterationInTest === 0) console.log("# who", __ENV.WHO, http.get(__ENV.HTTP + "/headers").json("headers.User-Agent.0"), test.options.batch, test.options.maxRedirects, http.get(__ENV.HTTP + "/own/chain?n=2").status); }
