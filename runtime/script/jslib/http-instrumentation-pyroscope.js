// What scripts import from https://jslib.k6.io/http-instrumentation-pyroscope, written for katydid: requests that say in a
// baggage header what they are part of. Format: W3C Baggage.
import exec from "k6/execution";
import { functions, instrument } from "jslib/instrumented";

function baggage({ url, params }) {
  const items = {
    "k6.scenario": exec.scenario.name,
    "k6.name": params.tags?.name ?? url?.name ?? url,
    "k6.test_run_id": __ENV.K6_CLOUDRUN_TEST_RUN_ID,
  };
  const list = Object.entries(items).filter(([, v]) => v).map(([k, v]) => `${k}=${encodeURIComponent(v)}`);
  const given = Object.entries(params.headers ?? {}).filter(([k]) => k.toLowerCase() === "baggage").map(([, v]) => v);
  return { [Object.keys(params.headers ?? {}).find((k) => k.toLowerCase() === "baggage") ?? "baggage"]: [...given, ...list].join(", ") };
}

const around = (generateHeaders) => (request, send) =>
  send(generateHeaders ? generateHeaders(request.method, request.body, request.params) : baggage(request));

// Client has the functions of k6/http. generateHeaders(method, body, params) gives other headers than baggage.
export class Client {
  constructor(generateHeaders) {
    Object.assign(this, functions(around(generateHeaders)));
  }
}

// instrumentHTTP lets all requests of k6/http have these headers.
export function instrumentHTTP(generateHeaders) {
  instrument(around(generateHeaders));
}

export default { Client, instrumentHTTP };
