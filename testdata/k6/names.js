import http, { url } from "k6/http";
const H = __ENV.HTTP;
export const options = { thresholds: {
  "http_reqs{name:tagged}": ["count>=0"], "http_reqs{url:tagged}": ["count>=0"], "http_reqs{name:both}": ["count>=0"], "http_reqs{url:https}": ["count>=0"], "http_reqs{name:site}": ["count>=0"],
  "http_reqs{name:http://site.test/get}": ["count>=0"], "http_reqs{url:http://site.test/get}": ["count>=0"],
  "http_reqs{name:http://****:****@site.test/get}": ["count>=0"], "http_reqs{name:http://site.test/get?a=1#frag}": ["count>=0"], "http_reqs{method:GET}": ["count>=0"], "http_reqs{proto:HTTP/1.1}": ["count>=0"], "http_reqs{status:200}": ["count>=0"],
  "http_reqs{scenario:default}": ["count>=0"], "http_reqs{custom:1}": ["count>=0"], "http_reqs{status:mine}": ["count>=0"], "http_reqs{method:mine}": ["count>=0"],
  "http_reqs{group:mine}": ["count>=0"], "http_reqs{url:mine}": ["count>=0"] } };
export default function () {
  const S = "http://site.test/get";
  http.get(S); http.get(S, { tags: { name: "tagged" } }); http.get(url`http://site.test/get?a=${1}`); http.get(http.url`http://site.test/get?a=${"x"}`);
  http.get("http://u:p@site.test/get"); http.get(S + "?a=1#frag");
  http.get(http.url`http://site.test/get?a=${1}`, { tags: { name: "both" } });
  http.get(S, { tags: { custom: 1, status: "mine", method: "mine", group: "mine" } }); http.get(S, { tags: { url: "mine" } });
  const u = http.url`http://site.test/${1}/a/${"b"}?x=${true}`; console.log("# url", u.name, u.url, u.clean_url);
  console.log("# plain", http.url`http://site.test/`.name);
  for (const [n, t] of [["object", { a: {} }], ["array", { a: [1] }], ["null", { a: null }], ["undefined", { a: undefined }], ["bool", { a: true }], ["function", { a: () => 1 }]]) { try { console.log("# tags", n, http.get(S, { tags: t }).status); } catch (e) { console.log("# tags", n, "throws"); } }
}
