// A script of the usual size: groups, tags, parallel requests, a form, JSON, data for all users, metrics of its own.
import http from "k6/http";
import { check, group, sleep } from "k6";
import { Counter, Rate, Trend } from "k6/metrics";
import { SharedArray } from "k6/data";
import exec from "k6/execution";

export const options = {
  thresholds: {
    http_req_failed: ["rate<0.5"],
    "http_req_duration{name:home}": ["p(95)<60000"],
    "http_req_duration{group:::basket}": ["p(99)<60000"],
    orders: ["count>=0"],
  },
};

const target = __ENV.TARGET;
const people = new SharedArray("people", () => Array.from({ length: 1000 }, (_, i) => ({ name: "user" + i, mail: `user${i}@example.com`, items: [i, i + 1] })));
const orders = new Counter("orders");
const good = new Rate("good_orders");
const took = new Trend("order_took", true);

function ok(res) {
  return check(res, { "status is 200": (r) => r.status === 200, "has a body": (r) => r.body.length > 0 });
}

export default function () {
  const person = people[exec.vu.iterationInInstance % people.length];
  group("home", () => {
    ok(http.get(`${target}/`, { headers: { Accept: "text/html", "X-User": person.name }, tags: { name: "home" } }));
    for (const res of http.batch([`${target}/style.css`, `${target}/script.js`, ["GET", `${target}/logo.png`]])) ok(res);
  });
  group("basket", () => {
    for (const item of person.items) {
      const body = JSON.stringify({ item, count: 1 + (item % 3), at: Date.now(), by: person.mail });
      ok(http.post(http.url`${target}/basket/${item}`, body, { headers: { "Content-Type": "application/json" } }));
    }
  });
  const res = http.post(`${target}/order`, { name: person.name, mail: person.mail, pay: "card" }, { tags: { name: "order" } });
  orders.add(1);
  good.add(ok(res));
  took.add(res.timings.duration, { kind: "card" });
  sleep(0.2);
}
