import { SharedArray } from "k6/data";
import { sleep } from "k6";
export const options = { scenarios: { a: { executor: "per-vu-iterations", vus: 2 } } };
// sorted
function throws(name, fn) { try { fn(); return name + " fine"; } catch (e) { return name + " throws"; } }
let made = 0;
const a = new SharedArray("rows", () => { made++; return [{ id: 1, tags: ["x", { deep: true }] }, "text", 5, null, [1, 2], true]; });
const same = new SharedArray("rows", () => { made += 100; return []; });
const init = [throws("no array", () => new SharedArray("n1", () => ({}))), throws("async", () => new SharedArray("n2", async () => [])), throws("no name", () => new SharedArray("", () => [])), throws("no function", () => new SharedArray("n3")), throws("callback throws", () => new SharedArray("n4", () => { throw new Error("x"); })), throws("empty", () => new SharedArray("n5", () => []))];
export default function () {
  console.log("# init", init.join());
  console.log("# basics", a.length, same.length, JSON.stringify(a[0]), a[1], a[2], a[3], JSON.stringify(a[4]), a[5], a[6], a[-1], a["0"].id, typeof a, Array.isArray(a));
  console.log("# methods", a.map(v => typeof v).join(), a.filter(v => v === 5).length, a.find(v => v === "text"), a.indexOf("text"), a.slice(1, 3).join(), a.includes(5), a.some(v => v === null), [...a].length, a.at(-1), Object.keys(a).join(), 1 in a, 9 in a, a.concat([1]).length);
  let n = 0; for (const v of a) n++; a.forEach(() => n++); for (const i in a) n++; console.log("# loops", n, JSON.stringify(a).length);
  console.log("# frozen", [() => { a[0] = 1; }, () => { a[0].id = 2; }, () => { a[0].tags.push(1); }, () => { a[0].tags[1].deep = false; }, () => { delete a[0].id; }, () => { a.push(1); }, () => { a.length = 0; }, () => { a.sort(); }].map(fn => throws("w", fn)).join(), a[0].id, a.length);
  console.log("# late", throws("late", () => new SharedArray("late", () => [])));
}
