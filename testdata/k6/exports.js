import { inLib, late } from "./data/lib/opens.js";
const opened = [open("./here.txt").trim(), inLib, late("./here.txt")].join(); if (__VU === 1) console.log("# opened", opened);
export { options, setup, handleSummary } from "./data/lib/parts.js";
export * from "./data/lib/all.js";
const fn = data => console.log("# default", data);
export { fn as default };
