import http from "k6/http"; import { group, check, sleep } from "k6"; import { Counter } from "k6/metrics"; import exec from "k6/execution";
const c = new Counter("my_counter");
export const options = { iterations: 2, thresholds: { "my_counter{group:::a}": ["count==4"], "my_counter{group:::a::b}": ["count==2"], "http_reqs{group:::a::b}": ["count==2"], "group_duration{group:::a}": ["max>=0"], "group_duration{group:::a::b}": ["max>=0"], "checks{group:::a::b}": ["rate==1"], "my_counter{group:own}": ["count>=0"] } };
export default function () {
  c.add(1); group("a", () => { c.add(1); group("b", () => { c.add(1); http.get(__ENV.HTTP + "/get"); check(1, { x: true }); }); c.add(1); }); c.add(1);
  console.log("# group tag", JSON.stringify(exec.vu.tags.group)); group("a", () => console.log("# in group", exec.vu.tags.group));
  c.add(1, { group: "own" }); try { group("t", () => { throw new Error("x"); }); } catch (e) { c.add(1); console.log("# after", JSON.stringify(exec.vu.tags.group)); }
}
