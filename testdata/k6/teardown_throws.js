export function setup() { return 4; }
export function teardown() { throw new Error("no"); } export default function (d) { console.log("# data", d); } export function handleSummary() { console.log("# summary"); return {}; }
