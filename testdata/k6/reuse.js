import http from "k6/http"; export const options = { noConnectionReuse: true };
export default function () { const a = http.get(__ENV.TLS + "/get"), b = http.get(__ENV.TLS + "/get"); console.log("# new each time", a.timings.tls_handshaking > 0, b.timings.tls_handshaking > 0, b.timings.connecting > 0); }
