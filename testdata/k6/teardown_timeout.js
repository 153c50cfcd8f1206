import { sleep } from "k6"; export const options = { teardownTimeout: "200ms" }; export function setup() { return 1; }
export function teardown() { sleep(5); }; export default function (d) { console.log("# data", d); }
