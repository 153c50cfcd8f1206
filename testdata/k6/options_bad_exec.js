export const options = { scenarios: { a: { executor: "per-vu-iterations", exec: "nope" } } };
export default function () {}
