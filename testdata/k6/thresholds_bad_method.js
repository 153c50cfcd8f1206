import { Trend } from "k6/metrics";
new Trend("my_x");
export const options = { thresholds: { "my_x": ["p95<5"] } };
export default function () {}
