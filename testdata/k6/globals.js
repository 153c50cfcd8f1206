// args: -e GIVEN=1 -e EMPTY=
// env: FROM_SYSTEM=yes
export const options = { iterations: 2 };
if (__VU) console.log("# init", __VU, typeof __ITER, __ENV.GIVEN, JSON.stringify(__ENV.EMPTY), __ENV.FROM_SYSTEM, typeof __ENV.NOPE);
export function setup() {
  console.log("# setup", __VU, typeof __ITER);
  return { list: [1, { a: null }], text: "x" };
}
export default function (data) {
  console.log("# iteration", __VU, __ITER, JSON.stringify(data.list), data.text, typeof open, typeof require);
  data.list.push(__ITER);
  __ENV.GIVEN = __ENV.GIVEN + "+";
  __ENV.MORE = 5;
  console.log("# env", __ENV.GIVEN, __ENV.MORE, typeof __ENV.MORE, "GIVEN" in __ENV, Object.keys(__ENV).includes("MORE"));
  console.log("# globals", typeof setTimeout, typeof clearTimeout, typeof setInterval, typeof clearInterval, typeof TextEncoder, typeof TextDecoder, typeof crypto, typeof global);
  console.log("# timer order start");
  const gone = setTimeout(() => console.log("# never"), 1);
  clearTimeout(gone);
  setTimeout(() => console.log("# timer 10"), 10);
  setTimeout(() => console.log("# timer 0"), 0);
  setTimeout((a, b) => console.log("# timer args", a, b), 5, "x", 2);
  Promise.resolve().then(() => console.log("# microtask"));
  console.log("# utf8", new TextEncoder().encode("ä€").length, new TextDecoder().decode(new Uint8Array([0xc3, 0xa4])));
}
export function teardown(data) { console.log("# teardown", __VU, JSON.stringify(data.list)); }
