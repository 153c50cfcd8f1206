import http from "k6/http";
import { check, sleep } from "k6";

const url = __ENV.TARGET + "/";

export default function () {
  const res = http.get(url);
  check(res, {
    "status is 200": (r) => r.status === 200,
    "has a body": (r) => r.body.length > 0,
  });
  sleep(0.05);
}
