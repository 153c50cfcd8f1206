import http, { get, post } from "k6/http";
const E = __ENV.HTTP + "/own/echo";
const h = (r, n) => { const v = r.json("headers." + n); return v === undefined ? "-" : v[0]; };
function show(name, r) { console.log("# " + name, r.status, r.json("method"), r.json("uri"), JSON.stringify(r.json("body")), h(r, "Content-Type")); }
export default function () {
  show("get", http.get(E));
  show("named get", get(E + "?a=1&b=%20x#frag"));
  const head = http.head(E); console.log("# head", head.status, JSON.stringify(head.body), head.headers["Content-Type"]);
  show("post nothing", post(E));
  show("post text", http.post(E, "text ä"));
  show("post json", http.post(E, JSON.stringify({ a: 1 }), { headers: { "content-type": "application/json" } }));
  show("post object", http.post(E, { b: "x y&z", a: 1, list: [1, "two"], flag: true }));
  show("post object nulls", http.post(E, { n: null, u: undefined, empty: "" }));
  show("post nested", http.post(E, { n: { deep: 1 }, z: 1 }));
  show("post with own type", http.post(E, { a: 1 }, { headers: { "Content-Type": "text/x-own" } }));
  show("post buffer", http.post(E, new Uint8Array([104, 105]).buffer));
  show("post view", http.post(E, new Uint8Array([104, 105])));
  show("post null", http.post(E, null));
  show("post empty object", http.post(E, {}));
  show("put", http.put(E, "p")); show("patch", http.patch(E, "p")); show("del", http.del(E)); show("del body", http.del(E, "p"));
  show("options", http.options(E, "o"));
  show("request", http.request("PROPFIND", E, "x")); show("lower", http.request("post", E, { a: 1 }));
  const r = http.get(E, { headers: { "X-Num": 5, "x-bool": true, "User-Agent": "own", Host: "other.test", "X-Null": null } });
  console.log("# headers", h(r, "X-Num"), h(r, "X-Bool"), h(r, "User-Agent"), r.json("host"), h(r, "X-Null"));
  const d = http.get(E);
  console.log("# defaults", h(d, "Accept"), h(d, "Accept-Encoding"), Object.keys(d.json("headers")).sort().join());
  const p = http.post(E, "x", { headers: { "Content-Length": "77" } }); console.log("# length", p.json("length"));
  const t = http.get(E, { unknown: 1, headers: null, tags: null, cookies: undefined }); console.log("# unknown params", t.status);
  console.log("# null params", http.get(E, null).status, http.get(E, undefined).status);
}
