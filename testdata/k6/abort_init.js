import exec from "k6/execution"; if (__VU > 0) console.log("# vu"); exec.test.abort("init");
export default function (d) { console.log("# data", typeof d, JSON.stringify(d)); }
export function teardown(d) { console.log("# teardown", typeof d); }
