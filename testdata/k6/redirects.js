import http from "k6/http";
const C = __ENV.HTTP + "/own/chain?n=";
export const options = { thresholds: { "http_reqs{status:302}": ["count>=0"], "http_reqs{status:200}": ["count>=0"], "http_reqs{name:chain}": ["count>=0"], "http_reqs{expected_response:true}": ["count>=0"], "http_reqs{method:POST}": ["count>=0"] } };
export default function () {
  const r = http.get(C + "3"); console.log("# followed", r.status, r.url, r.body, r.request.url, r.request.method);
  const z = http.get(C + "2", { redirects: 0 }); console.log("# none", z.status, z.url, z.headers.Location, JSON.stringify(z.cookies.hop2[0].value));
  const one = http.get(C + "3", { redirects: 1 }); console.log("# one", one.status, one.url);
  const many = http.get(C + "12"); console.log("# too many", many.status, many.url, many.error, many.error_code);
  const p = http.post(C + "1&status=302", "body"); console.log("# post", p.status, p.body.split(" ")[0]);
  for (const s of [301, 303, 307, 308]) { const r = http.post(C + "1&status=" + s, "body"); console.log("# " + s, r.status, r.body.split(" ")[0], r.request.method, r.request.body); }
  const named = http.get(C + "2", { tags: { name: "chain" } }); console.log("# named", named.status);
  const head = http.head(C + "1"); console.log("# head", head.status);
  const rel = http.get(__ENV.HTTP + "/own/raw?status=302&h=Location:echo"); console.log("# relative", rel.status, rel.url, rel.json("headers.Referer") !== undefined);
  const bad = http.get(__ENV.HTTP + "/own/raw?status=302"); console.log("# without location", bad.status, bad.url);
  const scheme = http.get(__ENV.HTTP + "/own/raw?status=302&h=Location:ftp://x/y"); console.log("# other scheme", scheme.status, scheme.error_code);
  const to = http.get(__ENV.HTTP + "/own/raw?status=302&h=Location:" + encodeURIComponent(__ENV.DEAD + "/x")); console.log("# to nobody", to.status, to.error_code, to.url);
}
