import http from "k6/http";
export const options = { iterations: 2 };
const kept = new http.CookieJar();
const sent = (url, p) => { const r = http.get(url, p); const c = r.json("headers.Cookie"); return c === undefined ? "-" : c[0].split("; ").sort().join("; "); };
const E = __ENV.HTTP + "/own/echo";
try { http.cookieJar(); if (__VU) console.log("# no throw"); } catch (e) { if (__VU) console.log("# no jar in init"); }
export default function () {
  console.log("# fresh", sent(E));
  const r = http.get(__ENV.HTTP + "/own/cookies");
  const { plain, full } = r.cookies;
  console.log("# parsed", JSON.stringify(plain), full.length, JSON.stringify({ ...full[0] }), full[1].value);
  console.log("# kept", sent(E), sent(__ENV.HTTP + "/headers"));
  console.log("# own", sent(E, { cookies: { mine: "1", plain: "2" } }), sent(E));
  console.log("# replaced", sent(E, { cookies: { plain: { value: "3", replace: true }, other: { value: "4" } } }));
  const jar = http.cookieJar();
  console.log("# jar", Object.entries(jar.cookiesForURL(__ENV.HTTP + "/own/x")).sort().join(" "));
  console.log("# set", jar.set(__ENV.HTTP, "s", "v", { path: "/own", max_age: 60 }), sent(E).includes("s=v"));
  jar.set(__ENV.HTTP, "old", "v", { expires: "Mon, 02 Jan 2006 15:04:05 MST" }); jar.set(__ENV.HTTP, "other", "v", { domain: "other.test" });
  console.log("# refused", sent(E));
  jar.delete(E, "plain"); console.log("# deleted", sent(E));
  jar.clear(E); console.log("# cleared", sent(E), JSON.stringify(jar.cookiesForURL(E)));
  const own = new http.CookieJar(); own.set(E, "private", "1");
  console.log("# private", sent(E, { jar: own }), sent(E)); http.get(__ENV.HTTP + "/own/cookies", { jar: own });
  console.log("# private kept", sent(E, { jar: own }), sent(E));
  kept.set(E, "n" + __ITER, "1"); console.log("# across", sent(E, { jar: kept }));
  console.log("# redirect", http.get(__ENV.HTTP + "/cookies/set?a=1").json("cookies.a"), sent(E));
  const c = http.get(__ENV.HTTP + "/cookies", { cookies: { x: "a b", z: 5 } }); console.log("# odd", Object.entries(c.json("cookies")).sort().join(" "));
  console.log("# header", sent(E, { headers: { Cookie: "raw=1" } }));
  console.log("# both", sent(E, { headers: { Cookie: "raw=1" }, cookies: { p: "2" } }));
}
