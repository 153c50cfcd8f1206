import http from "k6/http";

const url = __ENV.TARGET;
const rate = Number(__ENV.RATE);
const users = Number(__ENV.USERS);
const duration = __ENV.SECONDS + "s";

export const options = {
  scenarios: {
    load: rate > 0
      ? { executor: "constant-arrival-rate", rate, timeUnit: "1s", duration, preAllocatedVUs: users, maxVUs: users }
      : { executor: "constant-vus", vus: users, duration },
  },
  summaryTrendStats: ["med", "p(90)", "p(99)", "p(99.9)", "max"],
};

export default function () {
  http.get(url);
}
