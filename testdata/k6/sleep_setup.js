import { sleep, check } from "k6"; import http from "k6/http";
const jar = new http.CookieJar();
export function setup() { const t = Date.now(); sleep(0.05); http.get(__ENV.HTTP + "/cookies/set?s=1"); return { slept: Date.now() - t >= 49, cookie: http.get(__ENV.HTTP + "/cookies").json("cookies.s") }; }
export default function (d) { console.log("# setup slept", d.slept, d.cookie, JSON.stringify(http.get(__ENV.HTTP + "/cookies").json("cookies"))); }
export function teardown(d) { console.log("# teardown", JSON.stringify(http.get(__ENV.HTTP + "/cookies").json("cookies"))); }
