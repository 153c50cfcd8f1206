import http from "k6/http";
export const options = { insecureSkipTLSVerify: false };
export default function () {
  const r = http.get(__ENV.TLS + "/get"); console.log("# unknown authority", r.status, r.error_code, r.error.includes("x509: unknown authority"));
  const h = http.get(__ENV.HTTP.replace("http:", "https:")); console.log("# no tls", h.status, h.error_code);
  const p = http.get(__ENV.TLS.replace("https:", "http:")); console.log("# plain to tls", p.status, p.error_code);
}
