import http from "k6/http";
const t = (n, fn) => { try { console.log("#", n, JSON.stringify(fn())); } catch (e) { console.log("#", n, "throws"); } };
export default function () {
  for (const [n, r] of [["dead", http.get(__ENV.DEAD + "/")], ["refused", http.post(__ENV.DEAD + "/", 5)], ["bad URL", http.get("http://[bad")], ["no host", http.get("nohost")], ["none", http.get(__ENV.HTTP + "/get", { responseType: "none" })], ["204", http.get(__ENV.HTTP + "/status/204")]]) {
    t(n + " json", () => r.json()); t(n + " selector", () => r.json("a")); t(n + " html", () => r.html("a").size()); t(n + " submit", () => r.submitForm()); t(n + " click", () => r.clickLink()); t(n + " cookies", () => r.cookies); t(n + " status", () => r.status_text);
  }
}
