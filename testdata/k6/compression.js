import http from "k6/http";
const H = __ENV.HTTP;
export default function () {
  for (const p of ["/gzip", "/deflate"]) { const r = http.get(H + p); console.log("# " + p, r.status, typeof r.json(), r.headers["Content-Encoding"]); }
  for (const w of ["gzip", "br", "gzip, br"]) { const r = http.get(H + "/own/encoded?with=" + encodeURIComponent(w)); console.log("# answer", w, r.body, r.headers["Content-Encoding"], r.error_code); }
  for (const c of ["gzip", "deflate", "br", "zstd", "gzip, deflate"]) { const r = http.post(H + "/own/echo", "hello", { compression: c }); console.log("# request", c, r.status, r.json("headers.Content-Encoding.0"), r.json("headers.Content-Type"), r.json("body") !== "hello", r.request.body !== undefined); }
  for (const c of ["nope", ""]) { try { const r = http.post(H + "/own/echo", "hello", { compression: c }); console.log("# unknown", JSON.stringify(c), r.status, r.error_code); } catch (e) { console.log("# throws", c); } }
  const own = http.post(H + "/own/echo", "hello", { compression: "gzip", headers: { "Content-Encoding": "own" } }); console.log("# own header", JSON.stringify(own.json("headers.Content-Encoding")));
  const n = http.post(H + "/own/echo", null, { compression: "gzip" }); console.log("# without body", n.status, JSON.stringify(n.json("headers.Content-Encoding")));
  const f = http.post(H + "/own/echo", { a: 1 }, { compression: "gzip" }); console.log("# form", f.json("headers.Content-Type.0"), f.json("headers.Content-Encoding.0"));
}
