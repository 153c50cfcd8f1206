export default function () {
  console.log("# text", "text", 1, 1.5, true, null, undefined);
  console.log("# numbers", NaN, Infinity, 1e21);
  console.log("# list", [1, [2, [3]]], []);
  console.log("# differs, function", function named() {}, () => 1);
  console.info("# info"); console.warn("# warn"); console.error("# error"); console.debug("# debug is not shown");
  console.log("# empty object", {});
  console.log("# differs, nested", { a: 1, b: { c: [1, 2, { d: null, e: undefined }] } });
  console.log("# differs, map", new Map([[1, 2]]), new Set([1]));
  const cycle = { a: 1 }; cycle.self = cycle;
  console.log("# differs, cycle", cycle);
  console.log("# date", JSON.stringify(new Date(0)));
  console.log("# differs, symbol key", { [Symbol("s")]: 1, ok: 1 });
  console.log("# differs, bigint", 10n, -0);
  console.log("# differs, quotes", { quoted: "text" });
  console.log("# json", JSON.stringify({ a: [1, "x"], u: undefined, n: NaN }));
  console.log();
}
