import http from "k6/http";
import { check, sleep } from "k6";

const url = __ENV.TARGET + "/";

export default function () {
  check(http.get(url), { "status is 200": (r) => r.status === 200 });
  sleep(5 + 4 * Math.random());
}
