import http from "k6/http";
export const options = { thresholds: { "http_reqs{expected_response:true}": ["count>=0"], "http_reqs{expected_response:false}": ["count>=0"], "http_reqs{error_code:1404}": ["count>=0"], "http_req_failed{status:404}": ["rate>=0"] } };
const st = s => __ENV.HTTP + "/status/" + s;
const say = (...a) => { if (__VU > 0) console.log(...a); }; // top levels run more often than there are users
function throws(name, fn) { try { fn(); say("# no throw", name); } catch (e) { say("# throws", name); } }
throws("set in init", () => http.setResponseCallback(http.expectedStatuses({ min: 200, max: 399 })));
export default function () {
  http.get(st(200)); http.get(st(404)); http.get(st(500));
  http.get(st(404), { responseCallback: http.expectedStatuses(404, 500) });
  http.get(st(500), { responseCallback: http.expectedStatuses({ min: 400, max: 599 }, 200) });
  http.get(st(200), { responseCallback: http.expectedStatuses(201) });
  http.get(st(200), { responseCallback: null });
  http.setResponseCallback(null); http.get(st(404)); http.get(st(200));
  http.setResponseCallback(http.expectedStatuses(418)); http.get(st(418)); http.get(st(200));
  http.get(__ENV.DEAD);
  throws("text", () => http.expectedStatuses("200")); throws("none", () => http.expectedStatuses()); throws("half", () => http.expectedStatuses({ min: 200 })); throws("float", () => http.expectedStatuses(200.5));
  throws("function", () => http.setResponseCallback(r => true)); throws("number", () => http.get(st(200), { responseCallback: 200 }));
}
