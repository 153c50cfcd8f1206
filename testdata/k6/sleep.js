import { sleep, randomSeed } from "k6";
export default function () {
  const took = v => { const t = Date.now(); sleep(v); return Date.now() - t; };
  console.log("# long", took(0.1) >= 99, took("0.1") >= 99);
  for (const v of [0, -1, NaN, null, undefined, "", "x", {}, [], false]) console.log("# none", String(v), took(v) < 90);
  const t = Date.now(); sleep(); console.log("# no argument", Date.now() - t < 90);
  randomSeed(42); const a = [Math.random(), Math.random()];
  randomSeed(42); const b = [Math.random(), Math.random()];
  console.log("# seed", a[0] === b[0] && a[1] === b[1], a[0] !== a[1]);
}
