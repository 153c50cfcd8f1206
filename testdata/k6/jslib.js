// ours only: k6 would have to fetch these.
import { randomIntBetween, randomItem, randomString, uuidv4, findBetween } from "https://jslib.k6.io/k6-utils/1.4.0/index.js";
import { textSummary } from "https://jslib.k6.io/k6-summary/0.1.0/index.js";
import { check } from "k6";
export default function () { const n = randomIntBetween(1, 3); console.log("# utils", n >= 1 && n <= 3, ["a", "b"].includes(randomItem(["a", "b"])), randomString(8).length, /^[0-9a-f-]{36}$/.test(uuidv4()), findBetween("<a>x</a>", "<a>", "</a>")); check(1, { one: true }); }
export function handleSummary(data) { const text = textSummary(data, { indent: " ", enableColors: false }); console.log("# summary", text.includes("one"), text.includes("iterations")); return { stdout: "# ok\n" }; }
