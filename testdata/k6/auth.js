import http from "k6/http";
export const options = { thresholds: { "http_reqs{expected_response:true}": ["count>=0"], "http_reqs{status:401}": ["count>=0"], "http_req_failed{status:401}": ["rate>=0"] } };
const H = __ENV.HTTP.replace("http://", "");
export default function () {
  const b = http.get("http://me:pa%24s@" + H + "/basic-auth/me/pa$s"); console.log("# basic", b.status, b.json("authorized"));
  const p = http.get("http://me:pass@" + H + "/basic-auth/me/pass", { auth: "basic" }); console.log("# basic param", p.status);
  console.log("# wrong", http.get("http://me:bad@" + H + "/basic-auth/me/pass").status, http.get(__ENV.HTTP + "/basic-auth/me/pass").status);
  const d = http.get("http://me:pass@" + H + "/digest-auth/auth/me/pass", { auth: "digest" }); console.log("# digest", d.status, d.json("authorized"), d.request.method);
  const w = http.get("http://me:bad@" + H + "/digest-auth/auth/me/pass", { auth: "digest" }); console.log("# digest wrong", w.status);
}
