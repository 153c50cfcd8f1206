export const options = { scenarios: { a: { executor: "constant-vus", duration: "1s", vuz: 1 } } };
export default function () {}
