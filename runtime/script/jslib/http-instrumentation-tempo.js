// What scripts import from https://jslib.k6.io/http-instrumentation-tempo, written for katydid: requests that carry a trace.
// Formats: W3C Trace Context, level 1; Jaeger's propagation format.
import exec from "k6/execution";
import { functions, instrument } from "jslib/instrumented";

const random = (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, "0")).join("");

// around adds the header of a new trace to each request, and the trace's number to its samples.
function around({ propagator = "w3c", sampling = 1 } = {}) {
  if (propagator !== "w3c" && propagator !== "jaeger") throw new Error(`unknown propagator: ${propagator}`);
  return (_, send) => {
    const trace = random(16);
    const sampled = Math.random() < sampling ? 1 : 0;
    const { metadata } = exec.vu.metrics;
    metadata.trace_id = trace;
    try {
      return send(propagator === "w3c"
        ? { traceparent: `00-${trace}-${random(8)}-0${sampled}` }
        : { "uber-trace-id": `${trace}:${random(8)}:0:${sampled}` });
    } finally {
      delete metadata.trace_id;
    }
  };
}

// Client has the functions of k6/http. options: propagator, "w3c" or "jaeger"; sampling, the share of the traces to be kept.
export class Client {
  constructor(options) {
    Object.assign(this, functions(around(options)));
  }
}

// instrumentHTTP lets all requests of k6/http carry a trace.
export function instrumentHTTP(options) {
  instrument(around(options));
}

export default { Client, instrumentHTTP };
