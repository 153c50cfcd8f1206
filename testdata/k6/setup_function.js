export function setup() { return () => 1; }
export default function (d) { console.log("# data", typeof d, JSON.stringify(d)); }
export function teardown(d) { console.log("# teardown", typeof d); }
