import http from "k6/http";
import { check } from "k6";
const E = __ENV.HTTP + "/own/echo";
try { http.asyncRequest("GET", E).catch(() => 1); if (__VU) console.log("# no throw in init"); } catch (e) { if (__VU) console.log("# init throws"); }
export default async function () {
  const r = await http.asyncRequest("POST", E, "x", { headers: { "X-A": "1" } });
  console.log("# one", r.status, r.json("method"), r.json("body"), r instanceof Object);
  const order = []; const slow = http.asyncRequest("GET", __ENV.HTTP + "/own/slow?ms=150").then(r => order.push("slow"));
  const fast = http.asyncRequest("get", E).then(r => order.push("fast"));
  order.push("sync"); await Promise.all([slow, fast]); console.log("# order", order.join());
  const dead = await http.asyncRequest("GET", __ENV.DEAD); console.log("# dead", dead.status, dead.error_code);
  const wrong = await http.asyncRequest("GET", "http://[bad"); console.log("# wrong", wrong.status, wrong.error_code);
  await http.asyncRequest("GET", __ENV.DEAD, null, { throw: true }).then(() => console.log("# no throw"), e => console.log("# rejects", e !== undefined));
  check(r, { awaited: r => r.status === 200 });
  http.asyncRequest("GET", __ENV.HTTP + "/own/slow?ms=50").then(r => console.log("# not awaited", r.status));
  console.log("# type", http.asyncRequest("GET", E) instanceof Promise);
}
