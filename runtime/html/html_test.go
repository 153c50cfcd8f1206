package html_test

import (
	"strings"
	"testing"

	"github.com/dop251/goja"

	"katydid/runtime/html"
)

const page = `<html><head><title>T &amp; x</title></head><body class="b c"><h1 id="top" data-test="dt" data-num="12" data-fl="1.50" data-obj='{"a":[1]}' ` +
	`data-t="true" data-nul="null" data-foo-bar="fb" data-e="" data-z="007" data-neg="-5" data-w="1e3" data-bad="{x" data-big="12345678901234567890">Hi <b>bold</b></h1>
<ul id="l"><li class="a">1</li><li class="b">2</li><li class="c">3</li><li>4</li></ul><!-- c -->text
<a href="/x?y=1#h" id="lnk" target="_blank">link</a><img src="i.png" alt="al">
<form id="f1" method="post" action="/go"><input type="text" name="t" value="v1"><input type="checkbox" name="c1" checked><input type="checkbox" name="c2" value="z">` +
	`<input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked><select name="s"><option value="o1">A</option><option selected>B</option></select>` +
	`<select name="s0"><option value="x">A</option></select><select name="m" multiple><option value="1" selected>1</option><option value="2" selected>2</option></select><textarea name="ta">some
text</textarea><input name="dis" disabled value="d"><input type="submit" name="sub" value="Go"><button type="submit" name="btn" value="bv">X</button><input type="file" name="ff">` +
	`<input type="hidden" name="h" value="hid"><fieldset disabled><input name="inf" value="1"></fieldset></form></body></html>`

// withPage is a VM with a document as d, and g(selector), the first element.
func withPage(t testing.TB, text, url string) *goja.Runtime {
	t.Helper()
	rt := goja.New()
	rt.Set("k6html", html.Export(rt, "default"))
	rt.Set("d", html.Parse(rt, text, url))
	if _, err := rt.RunString(`const g = (s) => d.find(s).get(0), names = (a) => a.map((e) => e.nodeName());
		const tags = (s) => s.get().map((e) => e.nodeName() + (e.className() && "." + e.className()))`); err != nil {
		t.Fatal(err)
	}
	return rt
}

func ask(rt *goja.Runtime, expression string) string {
	v, err := rt.RunString(`(() => { "use strict"; try { const v = (` + expression + `); return v === undefined ? "undefined" : JSON.stringify(v) }
		catch (e) { return String(e) } })()`)
	if err != nil {
		return err.Error()
	}
	return v.String()
}

type table []struct{ expression, want string }

func (tests table) run(t *testing.T, rt *goja.Runtime) {
	t.Helper()
	for _, test := range tests {
		if got := ask(rt, test.expression); got != test.want {
			t.Errorf("%s is %s, want %s", test.expression, got, test.want)
		}
	}
}

func TestSearch(t *testing.T) {
	table{
		{`d.find("title").text()`, `"T & x"`},
		{`tags(d.find("h1, .a"))`, `["h1","li.a"]`},
		{`tags(d.find('li:contains("2")'))`, `["li.b"]`},
		{`tags(d.find("li:nth-child(2)"))`, `["li.b"]`},
		{`tags(d.find(d.find("li")))`, `["li.a","li.b","li.c","li"]`},
		{`tags(d.find(g(".a")))`, `["li.a"]`},
		{`d.find("nope").size()`, `0`},
		{`tags(d.single("li"))`, `["li.a"]`},
		{`tags(d.find("li").filter(".a"))`, `["li.a"]`},
		{`tags(d.find("li").filter((i, e) => i > 2 || e.text() === "1"))`, `["li.a","li"]`},
		{`tags(d.find("li").filter(d.find(".c")))`, `["li.c"]`},
		{`tags(d.find("li").filter(g("li")))`, `["li.a"]`},
		{`tags(d.find("li").not(".a"))`, `["li.b","li.c","li"]`},
		{`tags(d.find("li").not((i) => i < 3))`, `["li"]`},
		{`tags(d.find("li").not(d.find(".a")))`, `["li.b","li.c","li"]`},
		{`[d.find("li").is(".a"), d.find("li").is("p"), d.find("li").is((i) => i == 3), d.find("li").is(d.find(".c"))]`, `[true,false,true,true]`},
		{`tags(d.find("h1, ul").has("b"))`, `["h1"]`},
		{`tags(d.find("h1, ul").has(g("li")))`, `["ul"]`},
		{`tags(d.find("b").closest("h1, body"))`, `["h1"]`},
		{`tags(d.find("li.c").add("li.a"))`, `["li.c","li.a"]`},
		{`tags(d.find("li.c").add(g("h1")).add(d.find("b")))`, `["li.c","h1","b"]`},

		{`d.find("li[[")`, "Error: find: the selector \"li[[\" is not valid: expected identifier, found [ instead"},
		{`d.single("")`, `Error: single: the selector "" is not valid: expected selector, found EOF instead`},
		{`d.find("ul").children(":::")`, `Error: children: the selector ":::" is not valid: expected identifier, found : instead`},
		{`d.find()`, `TypeError: find: the argument must be a selector, a selection or an element, not undefined`},
		{`d.find(5)`, `TypeError: find: the argument must be a selector, a selection or an element, not 5`},
		{`d.find(() => true)`, `TypeError: find: the argument must be a selector, a selection or an element, not a function`},
		{`d.find("li").filter(() => { throw new RangeError("no") })`, `RangeError: no`},
		{`d.find.call({}, "li")`, `TypeError: find is a method of what k6/html gives; it was called on something else`},
	}.run(t, withPage(t, page, ""))
}

func TestWalk(t *testing.T) {
	table{
		{`tags(d.find("ul").children())`, `["li.a","li.b","li.c","li"]`},
		{`tags(d.find("ul").children(".a, .c"))`, `["li.a","li.c"]`},
		{`names(d.find("h1").contents().get())`, `["#text","b"]`},
		{`tags(d.find("li").parent())`, `["ul"]`},
		{`tags(d.find("li").parent("div"))`, `[]`},
		{`tags(d.find("b").parents())`, `["h1","body.b c","html"]`},
		{`tags(d.find("b").parents("body"))`, `["body.b c"]`},
		{`tags(d.find("b").parentsUntil("body"))`, `["h1"]`},
		{`tags(d.find("b").parentsUntil())`, `["h1","body.b c","html"]`},
		{`tags(d.find("b").parentsUntil("html", "body"))`, `["body.b c"]`},
		{`tags(d.find("b").parentsUntil(g("body")))`, `["h1"]`},
		{`tags(d.find("b").parentsUntil(d.find("html")))`, `["h1","body.b c"]`},
		{`tags(d.find("li.a").next())`, `["li.b"]`},
		{`tags(d.find("li.a").next(".c"))`, `[]`},
		{`tags(d.find("li.a").nextAll())`, `["li.b","li.c","li"]`},
		{`tags(d.find("li.a").nextAll(".c"))`, `["li.c"]`},
		{`tags(d.find("li.a").nextUntil(".c"))`, `["li.b"]`},
		{`tags(d.find("li.a").nextUntil())`, `["li.b","li.c","li"]`},
		{`tags(d.find("li.a").nextUntil(undefined, ".c"))`, `["li.c"]`},
		{`tags(d.find("li.b").prev())`, `["li.a"]`},
		{`tags(d.find("li.c").prevAll())`, `["li.b","li.a"]`},
		{`tags(d.find("li.c").prevUntil(".a"))`, `["li.b"]`},
		{`tags(d.find("li.c").siblings())`, `["li.a","li.b","li"]`},
		{`tags(d.find("li.c").siblings(".a"))`, `["li.a"]`},
		{`tags(d.find("ul").find("li").end())`, `["ul"]`},
		{`tags(d.find("ul").find("li").filter(".a").end().end())`, `["ul"]`},
		{`d.end().end().size()`, `0`},
	}.run(t, withPage(t, page, ""))
}

func TestItems(t *testing.T) {
	table{
		{`[0, 1, -1, 9, "1", 1.7].map((i) => d.find("li").eq(i).text())`, `["1","2","4","","2","2"]`},
		{`d.find("li").first().text() + d.find("li").last().text()`, `"14"`},
		{`[g("li").textContent(), d.find("li").get(-1).textContent(), d.find("li").get(9)]`, `["1","4",null]`},
		{`d.find("li").get().map((e) => e.textContent())`, `["1","2","3","4"]`},
		{`d.find("li").toArray().map((s) => s.text() + s.size())`, `["11","21","31","41"]`},
		{`[d.find("li.c").index(), d.find("li").index("li.c"), d.find("li.c").index("li"), d.find("li").index(g("li.c")), d.find("li").index(d.find("li.b")), d.find("nope").index()]`,
			`[2,-1,2,2,1,-1]`},
		{`[[1, 3], [2], [-2], [-3, -1], [1, 99], [3, 1], [], [1, undefined]].map((a) => d.find("li").slice(...a).text())`, `["23","34","34","23","234","","1234","234"]`},
		{`(() => { const seen = []; const s = d.find("li"); const same = s.each((i, e) => { seen.push(i + e.textContent()); return false }) === s; return [same, ...seen] })()`,
			`[true,"01","12","23","34"]`},
		{`d.find("li").each("x")`, `TypeError: each: the argument must be a function`},
		{`d.find("li").each(() => { throw new RangeError("no") })`, `RangeError: no`},
		{`d.find("li").map((i, s) => s.text() + i)`, `["10","21","32","43"]`},
		{`d.find("li").map(() => undefined)`, `[null,null,null,null]`},
		{`d.find("li").map()`, `TypeError: map: the argument must be a function`},
		{`d.find("li").size()`, `4`},
		{`[d.find("h1").attr("id"), d.find("h1").attr("zz"), d.find("h1").attr("zz", "or"), d.find("nope").attr("id")]`, `["top",null,"or",null]`},
		{`[d.find("h1").html(), d.find("h1").text(), d.find("nope").html(), d.find("nope").text()]`, `["Hi <b>bold</b>","Hi bold","",""]`},
		{`d.find("h1")`, `{"url":""}`},
		{`String(d)`, `"[object Object]"`},
		{`d.find("li").foo = 1`, `TypeError: 'Set' on a dynamic object returned false`},
		{`d.find("li").find === d.find`, `true`},
		{`[k6html.parseHTML("<p>x").html(), k6html.parseHTML().text(), k6html.parseHTML(5).text()]`, `["<html><head></head><body><p>x</p></body></html>","","5"]`},
	}.run(t, withPage(t, page, ""))
}

func TestValues(t *testing.T) {
	table{
		{`["[name=t]", "[name=c1]", "[name=s]", "[name=s0]", "[name=m]", "textarea", "button", "[name=ff]", "option"].map((s) => d.find(s).val())`,
			`["v1","on","B","",["1","2"],"some\ntext","bv","","o1"]`},
		{`[d.find("h1").val(), d.find("nope").val()]`, `[null,null]`},
		{`d.find("h1").data()`, `{"test":"dt","num":12,"fl":"1.50","obj":{"a":[1]},"t":true,"fooBar":"fb","z":"007","neg":-5,"w":"1e3","bad":"{x","big":"12345678901234567890"}`},
		{`["num", "obj", "fooBar", "foo-bar", "nul", "e", "none"].map((n) => d.find("h1").data(n))`, `[12,{"a":[1]},"fb","fb",null,null,null]`},
		{`d.find("nope").data()`, `undefined`},
		{`d.find("form").serialize()`, `"c1=on&h=hid&m=1&m=2&r=2&s=B&s0=&t=v1&ta=some%0Atext"`},
		{`d.find("form").serializeArray()`, `[{"name":"t","value":"v1"},{"name":"c1","value":"on"},{"name":"r","value":"2"},{"name":"s","value":"B"},{"name":"s0","value":""},` +
			`{"name":"m","value":["1","2"]},{"name":"ta","value":"some\ntext"},{"name":"h","value":"hid"}]`},
		{`d.find("form").serializeObject()`, `{"t":"v1","c1":"on","r":"2","s":"B","s0":"","m":["1","2"],"ta":"some\ntext","h":"hid"}`},
		{`d.find("form input[type=text], [name=h]").serialize()`, `"h=hid&t=v1"`},
		{`[d.find("li").serialize(), d.find("li").serializeArray()]`, `["",[]]`},
	}.run(t, withPage(t, page, ""))
}

func TestElement(t *testing.T) {
	table{
		{`[g("h1").nodeName(), g("h1").tagName(), g("h1").nodeType(), g("h1").nodeValue(), g("h1").id(), g("b").id()]`, `["h1","h1",1,null,"top",""]`},
		{`[g("h1").getAttribute("id"), g("h1").getAttribute("zz"), g("h1").hasAttribute("id"), g("h1").hasAttribute("zz"), g("b").hasAttributes()]`, `["top",null,true,false,false]`},
		{`g("a").attributes()`, `{"href":{"name":"href","value":"/x?y=1#h"},"id":{"name":"id","value":"lnk"},"target":{"name":"target","value":"_blank"}}`},
		{`[g("a").getAttributeNode("id"), g("a").getAttributeNode("zz")]`, `[{"name":"id","value":"lnk"},null]`},
		{`[g("h1").textContent(), g("h1").innerHTML(), g("body").className(), g("body").classList()]`, `["Hi bold","Hi <b>bold</b>","b c",["b","c"]]`},
		{`[names(g("h1").children()), names(g("h1").childNodes()), g("h1").childElementCount(), g("h1").hasChildNodes()]`, `[["b"],["#text","b"],1,true]`},
		{`(({nodeType, nodeValue}) => [g("h1").firstChild().nodeType(), g("h1").firstChild().nodeValue(), g("h1").firstChild().textContent()])(g("h1"))`, `[3,"Hi ","Hi "]`},
		{`[g("h1").lastChild().nodeName(), g("img").firstChild(), g("h1").previousSibling(), g("ul").nextSibling().nodeName(), g("ul").nextSibling().nodeType()]`, `["b",null,null,"#comment",8]`},
		{`[g("h1").firstElementChild().nodeName(), g("h1").nextElementSibling().nodeName(), g("ul").previousElementSibling().nodeName(), g("b").firstElementChild()]`, `["b","ul","h1",null]`},
		{`[g("h1").parentElement().nodeName(), g("html").parentNode().nodeName(), g("html").parentElement(), g("h1").ownerDocument().nodeType()]`, `["body","#document",null,9]`},
		{`[g("h1").matches("h1#top"), g("h1").querySelector("b").nodeName(), g("h1").querySelector("zz"), names(g("ul").querySelectorAll("li"))]`, `[true,"b",null,["li","li","li","li"]]`},
		{`[names(g("body").getElementsByTagName("B")), names(d.get(0).getElementsByClassName("c b")), names(g("ul").getElementsByClassName(""))]`, `[["b"],["body"],[]]`},
		{`[g("h1").contains(g("b")), g("b").contains(g("h1")), g("h1").isSameNode(g("h1")), g("li.a").isEqualNode(g("li.b")), g("li").isEqualNode(g("li")), g("h1") === g("h1")]`,
			`[true,false,true,false,true,false]`},
		{`g("h1").matches("[[")`, `Error: matches: the selector "[[" is not valid: expected identifier, found [ instead`},
		{`[String(g("h1")), JSON.stringify(g("h1")), g("ul").selection().find("li").size()]`, `["[object html.Node]","{}",4]`},
		{`g("h1").href()`, `TypeError: Object has no member 'href'`},
		{`["href" in g("a"), typeof g("a").href, typeof g("h1").href]`, `[true,"function","undefined"]`},
	}.run(t, withPage(t, page, ""))
}

func TestProperties(t *testing.T) {
	const text = `<a href="../x?y=1#h" rel="nofollow">one</a><a id="abs" href="http://u:p@h.com:81/p/q?a=b#f">two</a><a id="no">three</a><img src="i.png" alt="al" width="3" height="x">` +
		`<form id="f1" method="POST" action="go" enctype="text/plain"><input name="t" value="v" maxlength="3" readonly required><input type="CheckBox" checked>` +
		`<select name="s"><option value="o1" id="o1">A</option><option selected id="o2"> B </option></select><textarea name="ta" rows="3">tá</textarea><button disabled>X</button></form><form id="f2"></form>` +
		`<label for="q">l</label><script src="s.js" async>x<y</script><table><tr><td colspan=2>1</td><th>2</th></tr></table><meta name="mm" content="cc">`
	table{
		{`d.url`, `"http://host/dir/page?q"`},
		{`[g("a").href(), g("#abs").href(), g("#no").href(), g("a").rel(), g("a").text()]`, `["http://host/x?y=1#h","http://u:p@h.com:81/p/q?a=b#f","","nofollow","one"]`},
		{`["protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash", "origin"].map((n) => g("#abs")[n]())`,
			`["http","u","p","h.com:81","h.com","81","/p/q","?a=b","#f","http://h.com:81"]`},
		{`[g("img").src(), g("img").alt(), g("img").width(), g("img").height()]`, `["i.png","al",3,0]`},
		{`[g("form").action(), g("form").method(), g("form").enctype(), g("form").length(), names(g("form").elements())]`,
			`["http://host/dir/go","post","text/plain",5,["input","input","select","textarea","button"]]`},
		{`[g("#f2").action(), g("#f2").method(), g("#f2").enctype()]`, `["","get","application/x-www-form-urlencoded"]`},
		{`[g("input").name(), g("input").type(), g("input").value(), g("input").maxLength(), g("input").readonly(), g("input").required(), g("input").disabled(), g("input").checked(), g("input").form().id()]`,
			`["t","text","v",3,true,true,false,false,"f1"]`},
		{`[g("[checked]").type(), g("[checked]").checked(), g("button").disabled(), g("button").type()]`, `["checkbox",true,true,"submit"]`},
		{`[g("select").value(), g("select").selectedIndex(), g("select").length(), names(g("select").options()), g("select").selectedOptions()[0].id(), g("select").type()]`,
			`["B",1,2,["option","option"],"o2","select"]`},
		{`[g("#o1").value(), g("#o1").selected(), g("#o2").selected(), g("#o2").value(), g("#o2").index(), g("#o2").label()]`, `["o1",false,true,"B",1,"B"]`},
		{`[g("textarea").value(), g("textarea").rows(), g("textarea").length()]`, `["tá",3,2]`},
		{`[g("label").htmlFor(), g("script").src(), g("script").async(), g("script").text(), g("td").colSpan(), g("th").colSpan(), names(g("tr").cells()), g("table").rows().length, g("meta").content()]`,
			`["q","s.js",true,"x<y",2,1,["td","th"],1,"cc"]`},
	}.run(t, withPage(t, text, "http://host/dir/page?q"))
}

// TestHostile: a page can be refused, but neither crash nor hang.
func TestHostile(t *testing.T) {
	const tooDeep = "cannot parse the HTML: html: open stack of elements exceeds 512 nodes"
	for _, test := range []struct{ name, text, want string }{
		{"deep", strings.Repeat("<div>", 1_000_000), tooDeep},
		{"formatting", strings.Repeat("<b><i>", 100_000), tooDeep},
		{"tables", strings.Repeat("<table><td>", 100_000), tooDeep},
		{"flat", strings.Repeat("<p a=1>x</p>", 100_000), ""},
		{"attributes", "<p " + strings.Repeat("a b=1 ", 100_000) + ">", ""},
		{"unclosed", strings.Repeat("<!--<![CDATA[<p '\"\x00&#", 50_000), ""},
	} {
		p, err := html.Read(test.text, "")
		if got := errorText(err); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if err != nil {
			continue
		}
		rt := goja.New()
		rt.Set("d", p.Selection(rt))
		if got := ask(rt, `[d.find("p, b, zz").size() >= 0, d.text().length + d.html().length > 0, d.find("p").first().nextAll().end().size()]`); !strings.HasPrefix(got, "[true,true,") {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzSelect(f *testing.F) {
	f.Add(page, "form > input:not([disabled])")
	f.Add("<p><table><td><form><select><option>", "p + *, :has(a)")
	f.Fuzz(func(t *testing.T, text, selector string) {
		p, err := html.Read(text, "http://h/")
		if err != nil {
			return
		}
		rt := goja.New()
		rt.Set("d", p.Selection(rt))
		rt.Set("s", selector)
		ask(rt, `d.find(s).each((i, e) => [e.attributes(), e.innerHTML(), e.selection().val(), e.selection().data(), e.parentNode(), e.nextSibling()])`)
		ask(rt, `[d.serialize(), d.find("form").serializeObject()]`)
		_, _ = p.Form("", selector, nil)
		_, _ = p.Link(selector)
	})
}
