export function handleSummary() { return { stdout: "# odd\\n", stderr: new Uint8Array([10]).buffer }; }
export default function (d) { console.log("# data", typeof d, JSON.stringify(d)); }
export function teardown(d) { console.log("# teardown", typeof d); }
