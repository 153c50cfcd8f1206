import { Trend } from "k6/metrics";
new Trend("my_x");
export const options = { thresholds: { "http_reqs": ["p(95)<1"] } };
export default function () {}
