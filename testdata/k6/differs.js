// ours only: what is not as in k6, on purpose. See docs/from-k6.md.
import http from "k6/http"; import { b64encode } from "k6/encoding"; import { SharedArray } from "k6/data"; import { vu } from "k6/execution"; import { Counter } from "k6/metrics"; import { group } from "k6";
const E = __ENV.HTTP + "/own/echo", H = __ENV.HTTP.replace("http://", "");
const rows = new SharedArray("rows", () => [{ a: 1 }]), c = new Counter("my_counter"), id = vu.idInTest;
export const options = { thresholds: { "http_reqs{status:401}": ["count>=0"] } };
export async function setup() { await Promise.resolve(); return { nan: NaN }; }
export default function (data) {
  console.log("# async setup, NaN", data.nan, "vu in init", id);
  console.log("# String objects", http.post(E, new String("boxed")).json("body"), http.get(new String(E)).status, http.get(new URL(E)).status);
  console.log("# URLs are encoded", http.get(E + "?q=ä b").json("uri"));
  console.log("# timeout null", http.get(E, { timeout: null }).status, "responseType null", http.get(E, { responseType: null }).status);
  console.log("# no half bodies", http.get(__ENV.HTTP + "/own/cut").body);
  const r = http.get("http://me:pass@" + H + "/basic-auth/me/pass"); console.log("# no password in a URL", r.url, r.request.url);
  const s = http.get("http://me:pass@" + H + "/digest-auth/auth/me/pass/SHA-256", { auth: "digest" }); console.log("# digest with SHA-256", s.status);
  const post = http.post("http://me:pass@" + H + "/own/echo", "body", { auth: "digest" }); console.log("# digest not asked for is no failure", post.status);
  r.added = 1; console.log("# responses can be added to", r.added, Object.keys(r).pop());
  console.log("# whole numbers keep their order", JSON.stringify(http.get(__ENV.HTTP + "/own/raw?body=" + encodeURIComponent('{"b":1,"a":2}')).json()));
  console.log("# json() is one object", ((x) => x.json() === x.json())(http.get(__ENV.HTTP + "/json")));
  console.log("# arrays as bytes", b64encode([1, 2, 3])); console.log("# rows are made once", rows[0] === rows[0]); console.log("# methods are inherited", Object.keys(c).join());
  group("no check in it", () => 1);
  console.log("# browsers' globals", typeof URL, typeof structuredClone, typeof atob, typeof queueMicrotask, typeof performance, typeof URLSearchParams);
  console.log("# late open", open("./data/text.txt").length);
}
