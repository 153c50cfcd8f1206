import http from "k6/http";
import { check } from "k6";

const names = Number(__ENV.NAMES);
let n = Math.floor(__VU * names / 50);

export default function () {
  check(http.get(__ENV.TARGET + "/item-" + n++ % names), { "status is 200": (r) => r.status === 200 });
}
