import { Counter, Gauge, Rate, Trend } from "k6/metrics";
import exec from "k6/execution";
const c = new Counter("my_counter"), g = new Gauge("my_gauge"), r = new Rate("my_rate"), t = new Trend("my_trend"), tt = new Trend("my_time", true), bytes = new Counter("my_time_counter", true), unused = new Trend("my_unused");
const same = new Counter("my_counter");
export const options = { iterations: 2, thresholds: { "my_counter{a:1}": ["count==4"], "my_trend{a:1}": ["avg>0"], "my_rate{never:1}": ["rate>=0"] } };
const say = (...a) => { if (__VU > 0) console.log(...a); }; // top levels run more often than there are users
function throws(name, fn) { try { fn(); say("# no throw", name); } catch (e) { say("# throws", name); } }
for (const n of ["a", "9abc", "has space", "", "ok_name", "dash-ed", "x".repeat(129), "x".repeat(128), "ünicode", "with.dot"]) throws("name " + (n.length > 20 ? n.length : n), () => new Counter(n));
throws("other type", () => new Trend("my_counter")); throws("builtin", () => new Counter("http_reqs")); throws("builtin other", () => new Trend("http_reqs")); throws("no name", () => new Rate()); throws("without new", () => Counter("abc"));
throws("add in init", () => c.add(1));
export default function () {
  console.log("# name", c.name, t.name);
  console.log("# differs, own members", Object.keys(c).join());
  console.log("# add", c.add(1), c.add(2, { a: "1" }), c.add(true), c.add(0), c.add("3"), same.add(1));
  console.log("# not a number", c.add(NaN), c.add("x"), c.add(null), c.add(undefined), c.add(), c.add({}), c.add([5]));
  console.log("# negative", c.add(-1), c.add(Infinity === 1));
  for (const v of [3, 1, 2]) g.add(v);
  for (const v of [true, false, 1, 0, 5, "1", "0"]) r.add(v);
  for (const v of [1, 2, 3, 4, 5.5]) t.add(v, { a: 1 });
  tt.add(100); bytes.add(5);
  for (const [n, tags] of [["null", null], ["object value", { a: {} }], ["text", "x"], ["null value", { a: null }]]) try { console.log("# tags", n, c.add(1, tags)); } catch (e) { console.log("# tags throw", n); }
  throws("in iteration", () => new Counter("late_one"));
}
