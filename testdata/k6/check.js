import { check, group, fail } from "k6";
export const options = { iterations: 2 };
const say = (...a) => { if (__VU > 0) console.log(...a); }; // top levels run more often than there are users
function throws(name, fn) { try { fn(); say("# no throw", name); } catch (e) { say("# throws", name, e instanceof Error); } }
throws("check in init", () => check(1, { one: true }));
throws("group in init", () => group("g", () => 1));
throws("fail in init", () => fail("why"));
export default function () {
  console.log("# returns", check(1, { one: v => v === 1, literal: 5 }), check(1, { no: v => v > 1, "empty text": "" }), check(1, {}), check(null, { value: v => v === null }));
  console.log("# literals", check(0, { a: 1, c: null }), check(0, { d: undefined }), check(0, { e: {} , f: [] }));
  throws("check without sets", () => check(1));
  throws("check with null", () => check(1, null));
  throws("check with a bad name", () => check(1, { "a::b": true }));
  throws("check fn throws", () => check(1, { first: true, boom: () => { throw new Error("boom"); }, after: true }));
  throws("async check", () => check(1, { promise: async () => true }));
  check(1, { tagged: true }, { mine: "1", num: 2 });
  console.log("# this", check(5, { sees: function (v) { return arguments.length === 1 && v === 5; } }));
  console.log("# group", group("outer", () => { check(1, { in: true }); return group("inner", () => { check(1, { deep: true }); return 42; }); }));
  throws("group throws", () => group("broken", () => { check(1, { before: true }); throw new Error("x"); }));
  check(1, { "after broken": true });
  throws("group without function", () => group("g"));
  throws("group with a bad name", () => group("a::b", () => 1));
  throws("async group", () => group("async", async () => 1));
  group("", () => check(1, { "in an empty name": true }));
  group("outer", () => check(1, { in: true, again: false }));
  throws("fail", () => fail("reason"));
  try { fail("reason"); } catch (e) { console.log("# fail says", String(e.message || e).includes("reason")); }
  throws("fail without reason", () => fail());
  const list = { *[Symbol.iterator]() { yield ["x", true]; } };
  console.log("# array", check(1, ["named by index", v => v === 1]));
}
