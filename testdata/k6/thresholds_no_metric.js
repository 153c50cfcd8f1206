import { Trend } from "k6/metrics";
new Trend("my_x");
export const options = { thresholds: { "nope": ["count>1"] } };
export default function () {}
