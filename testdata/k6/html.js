import http from "k6/http";
import { parseHTML } from "k6/html";
const body = r => JSON.stringify([r.json("method"), r.json("uri"), r.json("body")]);
export default function () {
  const r = http.get(__ENV.HTTP + "/own/form");
  console.log("# find", r.html("title").text(), r.html().find("li").size(), r.html("li").first().text(), r.html("li").last().text(), r.html("li").eq(1).text(), r.html("#a").attr("id"));
  console.log("# html", r.html("h1").html(), JSON.stringify(r.html("a").attr("nope")), r.html("a").attr("nope", "default"), r.html("nothing").size());
  const texts = []; r.html("li").each((i, el) => texts.push(i + el.textContent())); console.log("# each", texts.join());
  console.log("# map", r.html("li").map((i, el) => el.text()).join(), r.html("ul").children().size(), r.html("li").parent().size(), r.html("input[name=token]").val(), r.html("select").val(), r.html("textarea").val());
  console.log("# get", r.html("a").get(0).getAttribute("href"), r.html("li").toArray().length, r.html("form").first().serialize(), Object.entries(r.html("form").first().serializeObject()).sort().join(" "));
  console.log("# filter", r.html("li").filter("#a").size(), r.html("li").not("#a").size(), r.html("h1").is(".top"), r.html("b").closest("h1").size(), r.html("li").next().size(), r.html("b").parent().hasOwnProperty("x"));
  const doc = parseHTML("<p>one<i>two</i></p>"); console.log("# parse", doc.find("p").text(), doc.find("i").html(), doc.find("p").contents().size());
  console.log("# submit", body(r.submitForm()), body(http.get(__ENV.HTTP + "/own/forms").submitForm({ formSelector: "#second", submitSelector: "#other" })));
  console.log("# fields", body(r.submitForm({ fields: { user: "you", more: "x" }, params: { headers: { "X-A": "1" } } })));
  console.log("# click", body(r.clickLink()), body(r.clickLink({ selector: "a.second" })));
  try { r.submitForm({ formSelector: "#none" }); console.log("# no throw"); } catch (e) { console.log("# no form"); }
  try { r.clickLink({ selector: "#none" }); console.log("# no throw"); } catch (e) { console.log("# no link"); }
}
