import { Counter, Gauge, Trend, Rate } from "k6/metrics"; import { check } from "k6";
const c = new Counter("my_c1"), g = new Gauge("my_g1"), t = new Trend("my_t1"), e = new Trend("my_e1", true), s = new Trend("my_single"), d = new Counter("my_dec");
export const options = { summaryTrendStats: ["avg", "min", "med", "max", "p(0)", "p(50)", "p(75)", "p(99.99)", "p(100)", "count"], thresholds: { "my_t1": ["p(50)>=0", "max==100", "min==-5", "count>1"].slice(0, 3) } };
export default function () {
  for (const v of [100, -5, 0, 1, 50]) t.add(v); s.add(7); c.add(0.1); c.add(0.2); d.add(1e15); d.add(0.5); g.add(-1); g.add(5); g.add(0);
  check(1, { "ünï ✓": true, "1": true, "with, comma": true, "q'uote\"": true }); check(1, { "same": true }); check(2, { "same": false });
}
