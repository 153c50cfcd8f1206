import { scenario, test } from "k6/execution";
export const options = { vus: 2, iterations: 2, thresholds: { iterations: ["count==2"] }, tags: { a: "1" }, userAgent: "mine", noConnectionReuse: true, summaryTrendStats: ["avg", "p(99)"], setupTimeout: "5s" };
export default function () {
  if (scenario.iterationInTest !== 0) return;
  const o = test.options; const s = o.scenarios.default;
  console.log("# scenarios", Object.keys(o.scenarios).join(), s.executor, s.vus, s.iterations, s.maxDuration, s.exec, s.startTime, s.gracefulStop);
  console.log("# given", JSON.stringify(o.thresholds), JSON.stringify(o.tags), o.userAgent, o.noConnectionReuse, JSON.stringify(o.summaryTrendStats), o.setupTimeout);
  console.log("# not given", o.rps, o.throw, o.maxRedirects, o.vus, o.iterations, o.stages, o.duration, "vus" in o);
  try { o.userAgent = "x"; console.log("# changed", o.userAgent); } catch (e) { console.log("# frozen"); }
  try { o.scenarios.default.vus = 9; console.log("# changed", o.scenarios.default.vus); } catch (e) { console.log("# frozen deep"); }
}
