import http from "k6/http"; import { check, group } from "k6";
export const options = { systemTags: ["status", "check"], thresholds: { "http_reqs{status:200}": ["count>=0"], "http_reqs{method:GET}": ["count>=0"], "http_reqs{name:x}": ["count>=0"], "http_reqs{scenario:default}": ["count>=0"], "http_reqs{group:::g}": ["count>=0"], "checks{check:c}": ["rate>=0"], "http_req_duration{expected_response:true}": ["avg>=0"] } };
export default function () { group("g", () => http.get(__ENV.HTTP + "/get", { tags: { name: "x" } })); }
