export let options = { scenarios: { a: { executor: "per-vu-iterations", exec: "named" }, b: { executor: "per-vu-iterations", startTime: "200ms" } } };
export function setup() { return 1; }
export const handleSummary = () => ({ stdout: "# summary\n" });
