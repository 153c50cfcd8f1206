import http from "k6/http";
import { check, group } from "k6";
import { Counter, Trend, Gauge, Rate } from "k6/metrics";
const c = new Counter("my_counter"), t = new Trend("my_trend"), g = new Gauge("my_gauge"), r = new Rate("my_rate"), e = new Trend("my_empty"), ec = new Counter("my_empty_count"), er = new Rate("my_empty_rate");
export const options = { tags: { run: "1" }, thresholds: {
  my_counter: ["count==3", "rate>0", { threshold: "count<10", abortOnFail: true }], my_trend: ["p(95)<=10", "avg<10", "med==2", "min==1", "max===3", "p(99.9)<4", "avg!=5"], my_gauge: ["value==7", "value>=7"], my_rate: ["rate==0.5"],
  my_empty: ["p(95)<500", "avg<1"], my_empty_count: ["count==0"], my_empty_rate: ["rate>0.9"],
  "http_req_duration{name:one}": ["max<60000"], "http_reqs{ name : one }": ["count==1"], 'http_reqs{name:"one",method:GET}': ["count==1"], "http_reqs{group:::outer}": ["count==1"], "http_reqs{group:::outer::inner}": ["count==1"], "http_reqs{scenario:default}": ["count==3"],
  "checks{check:good}": ["rate==1"], "checks{mine:1}": ["rate>0"], checks: ["rate>0.4"], "group_duration{group:::outer}": ["max<60000"], "iteration_duration{scenario:default}": ["max<60000"], "iterations{run:1}": ["count==1"], http_req_failed: ["rate<0.01"], http_req_duration: ["p(95) < 60000", "p(99)<60000"] } };
export default function () {
  http.get(__ENV.HTTP + "/get", { tags: { name: "one" } }); group("outer", () => { check(1, { "in outer": true }); http.get(__ENV.HTTP + "/get"); group("inner", () => { check(1, { "in inner": true }); http.get(__ENV.HTTP + "/get"); }); });
  check(1, { good: true }, { mine: 1 }); check(1, { bad: false }); for (const v of [1, 2, 3]) { t.add(v); c.add(1); } g.add(7); r.add(1); r.add(0);
}
