import { Counter, Trend, Rate } from "k6/metrics";
const c = new Counter("my_counter"), t = new Trend("my_trend"), u = new Counter("my_unused"), r = new Rate("my_rate");
export const options = { thresholds: { my_counter: ["count<1", "count>0"], my_trend: ["p(50)<1", "avg>100"], my_unused: ["count>0"], "my_rate{x:1}": ["rate<0.1"], "my_rate{x:2}": ["rate<0.1"] } };
export default function () { c.add(1); t.add(5); r.add(1, { x: "1" }); }
export function teardown() { console.log("# teardown"); }
export function handleSummary(data) { const m = data.metrics; for (const k of Object.keys(m).filter(k => k.startsWith("my_")).sort()) console.log("# summary", k, Object.entries(m[k].thresholds || {}).map(([k, v]) => k + v.ok).sort().join()); return { stdout: "# own summary\n" }; }
