import { Trend } from "k6/metrics";
new Trend("my_x");
export const options = { thresholds: { "http_reqs": ["count>1 && count<5"] } };
export default function () {}
