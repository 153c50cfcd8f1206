class A { #p = 1; static s = 2; static { A.t = 3; } get p() { return this.#p; } }
export default function () {
  const o = { a: { b: null } }; let n = null; n ??= 5;
  console.log("# syntax", new A().p, A.s, A.t, o?.a?.b?.c, o.x ?? "d", n, 2 ** 10, [1, 2, 3].at(-1), [3, 1, 2].toSorted().join(), [1, 2, 3].findLast(v => v < 3), "aXbX".replaceAll("X", "-"), "2024-01".match(/(?<y>\d+)-(?<m>\d+)/).groups.m, 10n ** 20n > 5n, [..."ä€"].length, Object.fromEntries([["a", 1]]).a, [[1], [2]].flat().join(), String.raw`\n`.length, "x".padStart(3, "-"), Number.isInteger(5.0), Object.hasOwn({ a: 1 }, "a"));
  function* g() { yield 1; yield* [2, 3]; } label: for (const i of [1, 2]) for (const j of [1, 2]) { if (j === 2) continue label; if (i === 2) break label; }
  const { a, ...rest } = { a: 1, b: 2, c: 3 }; const [x, , ...ys] = [1, 2, 3, 4];
  console.log("# more", [...g()].join(), Object.keys(rest).join(), x, ys.join(), new Map([["k", "v"]]).get("k"), new Set([1, 1]).size, new WeakMap() instanceof WeakMap, Symbol.iterator in [], typeof Proxy, typeof Reflect.ownKeys, new Date(0).toISOString(), JSON.stringify({ a: [undefined, () => 1], d: new Date(0) }), isNaN("x"), parseInt("12px"), (1234.5678).toFixed(2), encodeURIComponent("ä &"), decodeURIComponent("%C3%A4"), escape("ä"));
  console.log("# dates", new Date(2024, 0, 31).getMonth(), Date.UTC(2020, 1, 29), new Date("2024-05-06T07:08:09.010Z").getTime(), typeof Date.now(), new Date("x").getTime());
}
