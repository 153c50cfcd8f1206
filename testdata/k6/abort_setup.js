import exec from "k6/execution"; export function setup() { exec.test.abort("in setup"); console.log("# not reached"); }
export default function (d) { console.log("# data", typeof d, JSON.stringify(d)); }
export function teardown(d) { console.log("# teardown", typeof d); }
