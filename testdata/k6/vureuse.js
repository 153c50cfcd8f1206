import http from "k6/http"; export const options = { iterations: 2, noVUConnectionReuse: true };
export default function () { const a = http.get(__ENV.TLS + "/get"), b = http.get(__ENV.TLS + "/get"); console.log("# each iteration anew", __ITER, a.timings.tls_handshaking > 0, b.timings.tls_handshaking > 0); }
