import exec from "k6/execution"; export function setup() { return 3; }
export const options = { iterations: 2 }; export default function (d) { exec.test.fail("bad"); console.log("# goes on", __ITER); }
export function teardown(d) { console.log("# teardown", d); }
