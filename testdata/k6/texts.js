import http from "k6/http"; import { check } from "k6";
const raw = (q, p) => http.get(__ENV.HTTP + "/own/raw?" + q, p), E = __ENV.HTTP + "/own/echo";
const codes = t => [...t].map(c => c.codePointAt(0).toString(16)).join(",");
export default function () {
  console.log("# invalid utf8", codes(raw("body=%ff%fe%41").body), codes(raw("body=%c3").body), codes(raw("body=a%00b").body), codes(raw("body=%ef%bb%bfx").body), codes(raw("body=%f0%9f%98%80").body), raw("body=%f0%9f%98%80").body.length, codes(raw("body=%ed%a0%80").body));
  console.log("# latin1", codes(raw("body=%e4&type=text/plain;charset=iso-8859-1").body));
  console.log("# bytes", new Uint8Array(raw("body=%ff%00%41", { responseType: "binary" }).body).join());
  const p = http.post(E, "€ 😀 \u0000"); console.log("# sent", codes(p.json("body")), p.request.body.length, p.json("length"));
  console.log("# lone surrogate", http.post(E, "a\ud800b").json("length"));
  const h = http.get(E, { headers: { "X-Text": "ä€", "X-Empty": "", "x-lower-name": "v", "X-Space": "  a  b  " } }); console.log("# headers", h.json("headers.X-Text.0"), JSON.stringify(h.json("headers.X-Empty")), h.json("headers.X-Lower-Name.0"), JSON.stringify(h.json("headers.X-Space.0")));
  const f = http.post(E, { "ä key": "ü & = + %", "a[]": ["1", "2"], "": "empty", num: 1.5, big: 1e21, f: false }); console.log("# form", f.json("body"));
  const a = http.post(E, [1, 2]); console.log("# array body", a.status, JSON.stringify(a.json("body")));
  const d = http.post(E, new Date(0)); console.log("# date body", d.status);
  console.log("# json text", JSON.stringify(raw("body=" + encodeURIComponent('["\\ud83d\\ude00\\u0000","é"]')).json()), raw("body=" + encodeURIComponent('{"é":1}')).json("é"));
  const big = "x".repeat(300000); const b = http.post(__ENV.HTTP + "/own/echo", big); console.log("# big", b.json("length"), b.json("body").length);
  const q = http.get(E + "?a=1&a=2&b=%2F%20+&c[]=x#f"); console.log("# query", q.json("uri"), q.url.endsWith("#f"));
  const m = http.get(E, { headers: { "Content-Type": "a/b", "content-type": "c/d" } }); console.log("# same header", m.json("headers.Content-Type").length);
  const s = raw("status=200&h=X-A:1&h=Set-Cookie:a=b%3B%20Path=/x&h=Set-Cookie:c=d%3B%20Max-Age=5%3B%20Secure%3B%20HttpOnly%3B%20SameSite=Lax&h=Set-Cookie:bad"); console.log("# set-cookie", s.headers["Set-Cookie"], Object.keys(s.cookies).sort().join(), s.cookies.c[0].max_age, s.cookies.c[0].secure, s.cookies.a[0].path);
  check(raw("body=ok"), { "body matches /ok/": r => /ok/.test(r.body), [`template ${1 + 1}`]: true });
}
