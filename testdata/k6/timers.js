import { setTimeout as later, clearTimeout, setInterval, clearInterval } from "k6/timers"; import { sleep, check } from "k6";
export const options = { iterations: 2 };
export default function () {
  let n = 0; const i = setInterval(() => { if (++n === 3) { clearInterval(i); console.log("# interval", n, __ITER); } }, 5);
  later(() => { check(1, { "in a timer": true }); later(() => console.log("# nested"), 1); }, 200);
  new Promise(r => later(r, 450)).then(() => console.log("# promise"));
  console.log("# body ends");
}
