import http from "k6/http";
import { Counter } from "k6/metrics";
export const options = { throw: true, iterations: 2 };
const c = new Counter("my_count");
const t = (name, fn) => { try { console.log("# no throw", name, fn()); } catch (e) { console.log("# throws", name, typeof e, e instanceof Error, String(e.message || e).length > 0); } };
export default function () {
  t("refused", () => http.get(__ENV.DEAD).status); t("bad url", () => http.get("http://[bad").status); t("not thrown", () => http.get(__ENV.DEAD, { throw: false }).status);
  t("status", () => http.get(__ENV.HTTP + "/status/500").status); t("batch", () => http.batch([__ENV.DEAD]).length); t("nan", () => c.add("x")); t("body", () => http.post(__ENV.HTTP + "/post", 5).status);
  t("timeout", () => http.get(__ENV.HTTP + "/own/slow?ms=500", { timeout: 50 }).status);
  http.get(__ENV.DEAD); console.log("# not reached");
}
