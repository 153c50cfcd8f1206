import { sleep } from "k6"; import exec from "k6/execution";
export const options = { iterations: 3, minIterationDuration: "150ms" };
let last = 0;
export default function () { const now = Date.now(); if (last) console.log("# waited", now - last >= 145); last = now; }
