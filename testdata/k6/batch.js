import http from "k6/http";
import { check } from "k6";
export const options = { thresholds: { "http_reqs{mine:1}": ["count>=0"], "http_reqs{method:POST}": ["count>=0"] } };
const E = __ENV.HTTP + "/own/echo";
export default function () {
  const a = http.batch([E, ["GET", E + "?1"], ["post", E, "b", { tags: { mine: "1" } }], { method: "put", url: E, body: { x: 1 } }, { url: E + "?d" }, http.url`${E}?u=${5}`, ["GET", http.url`${E}?u=${6}`], ["DELETE", E, null, { headers: { "X-A": "1" } }]]);
  console.log("# array", Array.isArray(a), a.length, a.map(r => r.json("method") + r.json("uri")).join(" "));
  const o = http.batch({ one: E + "?one", two: ["POST", E, "x"], "3": { method: "PATCH", url: E } });
  console.log("# object", Object.keys(o).sort().join(), o.one.json("uri"), o.two.json("method"), o["3"].json("method"));
  console.log("# empty", http.batch([]).length, Object.keys(http.batch({})).length);
  const m = http.batch([__ENV.DEAD, E]); console.log("# mixed", m[0].status, m[0].error_code, m[1].status);
  const t0 = Date.now(); http.batch([1, 2, 3].map(() => __ENV.HTTP + "/own/slow?ms=200")); console.log("# parallel", Date.now() - t0 < 550);
  for (const [name, bad] of [["none", undefined], ["null", null], ["number", 5]]) { try { console.log("# no throw", name, JSON.stringify(http.batch(bad))); } catch (e) { console.log("# throws", name); } }
  const c = http.batch([__ENV.HTTP + "/cookies/set?b=1"]); console.log("# cookies", c[0].json("cookies.b"), http.get(__ENV.HTTP + "/cookies").json("cookies.b"));
  check(a[0], { "from batch": r => r.status === 200 });
}
