import http from "k6/http"; import { check } from "k6";
export const options = { iterations: 2 };
export default async function () {
  const order = []; setTimeout(() => order.push("t0"), 0); Promise.resolve().then(() => order.push("micro")); order.push("sync");
  await new Promise(r => setTimeout(r, 20)); console.log("# order", order.join());
  const all = await Promise.allSettled([Promise.resolve(1), Promise.reject(new Error("no")), http.asyncRequest("GET", __ENV.HTTP + "/get").then(r => r.status)]); console.log("# settled", all.map(x => x.status).join(), all[2].value);
  console.log("# any", await Promise.any([Promise.reject(1), Promise.resolve(2)]), await Promise.race([new Promise(r => setTimeout(() => r("slow"), 100)), "fast"]));
  const rs = await Promise.all([1, 2, 3].map(i => http.asyncRequest("POST", __ENV.HTTP + "/post", { i: String(i) }))); console.log("# all", rs.map(r => r.json("form.i.0")).join());
  try { await (async () => { throw new TypeError("t"); })(); } catch (e) { console.log("# caught", e instanceof TypeError, e.message); } finally { console.log("# finally"); }
}
