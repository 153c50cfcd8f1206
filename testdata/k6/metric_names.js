import { Trend } from "k6/metrics";
new Trend("a");
export default function () {}
