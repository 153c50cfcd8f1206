import http from "k6/http";
const S = "http://site.test", set = c => http.get(S + "/own/raw?h=" + encodeURIComponent("Set-Cookie:" + c));
const of = url => Object.entries(http.cookieJar().cookiesForURL(url)).map(([k, v]) => k + "=" + v.join("|")).sort().join(" ");
const sent = url => { const c = http.get(url).json("headers.Cookie"); return c === undefined ? "-" : c[0].split("; ").sort().join("; "); };
export default function () {
  set("host=1"); set("dom=2; Domain=site.test; Path=/"); set("dot=3; Domain=.site.test; Path=/"); set("other=4; Domain=other.test"); set("path=5; Path=/own/echo"); set("gone=6; Path=/"); set("gone=; Path=/; Max-Age=0"); set("old=7; Path=/; Expires=Mon, 02 Jan 2006 15:04:05 GMT"); set("tld=8; Domain=test"); set("sec=9; Path=/; Secure"); set("long=a=b; Path=/"); set("ho=1; Path=/; HttpOnly"); set("empty=; Path=/"); set('quoted="q v"; Path=/');
  for (const u of [S + "/", S + "/own/echo", "http://a.site.test/", "https://site.test/", "http://other.test/", "http://x.test/"]) console.log("# for", u, of(u));
  console.log("# sent", sent(S + "/own/echo"), sent(__ENV.HTTP + "/own/echo"));
  const jar = http.cookieJar(); jar.set(S, "js", "1"); jar.set(S, "sub", "2", { domain: "site.test", path: "/" }); jar.set("http://a.site.test/deep/er", "deep", "3"); jar.set(S + "/own/", "dir", "4", { path: "/own" }); jar.set(S, "exp", "5", { expires: "Fri, 02 Jan 2099 15:04:05 GMT" }); jar.set(S, "age", "6", { max_age: 100 }); jar.set(S, "dead", "7", { max_age: -1 });
  console.log("# set", of(S + "/"), "|", of(S + "/own/x"), "|", of("http://a.site.test/deep/x"));
  for (const [n, fn] of [["bad url", () => jar.set("http://[x", "a", "b")], ["bad expiry", () => jar.set(S, "a", "b", { expires: "soon" })]]) { try { fn(); console.log("# fine", n); } catch (e) { console.log("# throws", n); } }
  jar.clear(S); console.log("# cleared", of(S + "/"), of(S + "/own/x"));
}
