// args: --no-thresholds
export const options = { thresholds: { iterations: ["count>5"], "iterations{a:1}": ["count>5"] } };
export default function () {}
