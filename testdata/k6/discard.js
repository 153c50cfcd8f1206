import http from "k6/http";
export const options = { discardResponseBodies: true };
const G = __ENV.HTTP + "/own/raw?body=text";
const b = v => v === null ? "null" : typeof v + (v instanceof ArrayBuffer ? " buffer " + v.byteLength : " " + v);
export default function () {
  console.log("# default", b(http.get(G).body)); console.log("# text", b(http.get(G, { responseType: "text" }).body)); console.log("# binary", b(http.get(G, { responseType: "binary" }).body)); console.log("# none", b(http.get(G, { responseType: "none" }).body));
  for (const k of ["TEXT", "json", "", 5]) { try { const r = http.get(G, { responseType: k }); console.log("# odd", JSON.stringify(k), r.status, r.error !== "", r.error_code); } catch (e) { console.log("# throws", JSON.stringify(k)); } }
  const r = http.get(__ENV.HTTP + "/gzip", { responseType: "binary" }); console.log("# unpacked", String.fromCharCode(new Uint8Array(r.body)[0]));
  console.log("# headers", http.get(G).headers["Content-Length"], b(http.get(__ENV.HTTP + "/status/404").body));
}
