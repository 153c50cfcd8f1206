import http from "k6/http";
const S = __ENV.HTTP + "/own/slow?ms=300";
const t = (name, v) => { try { const r = http.get(S, { timeout: v }); console.log("# " + name, r.status, r.error_code); } catch (e) { console.log("# " + name, "throws"); } };
export default function () {
  t("number", 100); t("text", "100ms"); t("seconds", "5s"); t("numeric text", "100"); t("fraction", 100.5); t("garbage", "soon"); t("object", {}); t("bool", true);
  const r = http.get(__ENV.HTTP + "/own/chain?n=1", { timeout: 2000 }); console.log("# redirects", r.status);
  const ok = http.get(__ENV.HTTP + "/get"); console.log("# goes on", ok.status);
}
