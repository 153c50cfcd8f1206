// args: --no-setup --no-teardown
export function setup() { console.log("# setup"); return 1; }
export default function (data) { console.log("# data", typeof data); }
export function teardown(data) { console.log("# teardown", typeof data); }
