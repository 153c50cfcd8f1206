import http from "k6/http";
export default function () {
  const r = http.get(__ENV.HTTP + "/own/raw?status=201&body=text%20%C3%A4&type=text/plain&h=x-multi:1&h=X-Multi:2&h=x-lower:v");
  console.log("# keys", Object.keys(r).join());
  console.log("# status", r.status, r.status_text, r.proto, r.error === "", r.error_code, typeof r.error_code);
  console.log("# body", r.body, typeof r.body, r.body.length);
  console.log("# headers", r.headers["X-Multi"], r.headers["X-Lower"], r.headers["x-lower"], r.headers["Content-Type"], r.headers["Content-Length"]);
  console.log("# remote", r.remote_ip, typeof r.remote_port, r.remote_port > 0, r.url);
  console.log("# timings", Object.keys(r.timings).sort().join(), Object.values(r.timings).every(v => typeof v === "number"));
  const t = r.timings;
  console.log("# duration", Math.abs(t.duration - (t.sending + t.waiting + t.receiving)) < 1e-6, t.duration > 0, t.blocked >= 0, t.looking_up, t.tls_handshaking);
  console.log("# tls", JSON.stringify(r.tls_version), JSON.stringify(r.tls_cipher_suite), JSON.stringify(r.ocsp));
  console.log("# cookies", JSON.stringify(r.cookies));
  console.log("# request", r.request.method, r.request.url, JSON.stringify(r.request.body), Object.keys(r.request).sort().join(), JSON.stringify(r.request.cookies));
  const p = http.post(__ENV.HTTP + "/post", { a: 1 }, { headers: { "X-A": "1" }, cookies: { c: "v" } });
  console.log("# post request", p.request.method, p.request.body, JSON.stringify(p.request.headers["X-A"]), JSON.stringify(p.request.headers["Content-Type"]), JSON.stringify(p.request.cookies), JSON.stringify(p.request.headers.Cookie));
  console.log("# json", Object.keys(JSON.parse(JSON.stringify(r))).join());
  console.log("# spread", Object.keys({ ...r }).length, "status" in r, "nope" in r, r.nope, Object.entries(r).length);
  r.status = 7; r.body = "x"; console.log("# written", r.status, r.body);
  try { r.added = 1; console.log("# differs, added", r.added, Object.keys(r).pop()); } catch (e) { console.log("# differs", e); }
  const s = http.get(__ENV.TLS + "/get");
  console.log("# https", s.status, s.proto, s.tls_version, s.tls_cipher_suite.startsWith("TLS_"), s.timings.tls_handshaking > 0);
  const again = http.get(__ENV.TLS + "/get"); console.log("# reused", again.timings.tls_handshaking, again.timings.connecting);
  const h2 = http.get(__ENV.H2 + "/own/echo"); console.log("# h2", h2.status, h2.proto, h2.json("proto"), h2.tls_version);
  const e = http.get(__ENV.HTTP + "/status/404"); console.log("# 404", e.status, e.status_text, JSON.stringify(e.error), e.error_code);
  console.log("# 500", http.get(__ENV.HTTP + "/status/503").error_code, http.get(__ENV.HTTP + "/status/299").status_text, http.get(__ENV.HTTP + "/own/raw?status=599").status_text);
  console.log("# 204", JSON.stringify(http.get(__ENV.HTTP + "/status/204").body), JSON.stringify(http.get(__ENV.HTTP + "/own/raw?status=304").body), JSON.stringify(http.get(__ENV.HTTP + "/own/raw").body));
}
