import http from "k6/http";
import { check } from "k6";

const url = __ENV.TARGET + "/";

export default function () {
  check(http.get(url), { "status is 200": (r) => r.status === 200 });
}
