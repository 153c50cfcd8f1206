import http from "k6/http";
export const options = { iterations: 1, thresholds: { "http_reqs{status:0}": ["count>=0"], "http_reqs{error_code:1212}": ["count>=0"], "http_reqs{error_code:1050}": ["count>=0"] } , blockHostnames: ["blocked.test", "*.wild.test"], blacklistIPs: ["10.0.0.0/8"] };
const say = (name, r) => console.log("# " + name, r.status, r.error_code, JSON.stringify(r.body), r.error !== "", JSON.stringify(r.headers), r.proto === "", Object.keys(r).length);
export default function () {
  let r = http.get(__ENV.DEAD); say("refused", r); console.log("# text", r.error.includes("dial: connection refused"), r.url, r.status_text === "", r.remote_ip === "");
  r = http.get(__ENV.HTTP + "/own/slow?ms=1000", { timeout: 100 }); say("timeout", r); console.log("# text", r.error.includes("request timeout"));
  r = http.get(__ENV.HTTP + "/own/stall?ms=1000", { timeout: "100ms" }); console.log("# stalled", r.status, r.error_code, r.error.includes("request timeout"));
  r = http.get(__ENV.HTTP + "/own/reset"); console.log("# reset", r.error_code, r.error.includes("connection reset by peer"));
  say("closed", http.get(__ENV.HTTP + "/own/close")); say("garbage", http.get(__ENV.HTTP + "/own/garbage"));
  r = http.get(__ENV.HTTP + "/own/cut"); console.log("# cut", r.status, r.error_code);
  r = http.get(__ENV.HTTP + "/own/broken"); console.log("# undecodable", r.error_code, r.status, JSON.stringify(r.body));
  r = http.get("http://blocked.test/"); say("blocked", r); console.log("# text", r.error.includes("is blocked")); say("wild", http.get("http://a.wild.test/"));
  say("blacklisted", http.get("http://10.1.2.3/"));
  say("no name", http.get("http://nope.invalid/"));
  for (const u of ["http://[bad", "", "nohost", "/path", "ftp://x/", "http://", "http:///path", "http://a b/", "://x", "http://127.0.0.1:x/"]) { const r = http.get(u); console.log("# url", u, r.status, r.error_code, r.error !== ""); }
  for (const u of [null, undefined, 5, {}, []]) { try { const r = http.get(u); console.log("# no url", String(u), r.status, r.error_code); } catch (e) { console.log("# throws", String(u)); } }
  for (const b of [5, true, () => 1]) { try { const r = http.post(__ENV.HTTP + "/post", b); console.log("# body", typeof b, r.status, r.error_code); } catch (e) { console.log("# body throws", typeof b); } }
}
