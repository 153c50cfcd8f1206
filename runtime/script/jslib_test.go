package script

import (
	"encoding/xml"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// jslibHost are the modules of k6 as far as the replacements use them; what they do is logged.
var jslibHost = map[string]string{
	"k6": `export function check(v, sets) {
	let all = true;
	for (const name of Object.keys(sets)) {
		let ok = false;
		try { ok = !!(typeof sets[name] === "function" ? sets[name](v) : sets[name]); } finally { log(name + "=" + ok); }
		all &&= ok;
	}
	return all;
}
export function group(name, fn) { log("<" + name + ">"); return fn(); }
`,
	"k6/execution": `const e = globalThis.execution ??= { scenario: {}, test: { options: {} }, vu: { metrics: { tags: {} } } }; export default e;`,
}

const (
	utils    = `"https://jslib.k6.io/k6-utils/1.4.0/index.js"`
	summary  = `"https://jslib.k6.io/k6-summary/0.0.2/index.js"`
	chaijs   = `"https://jslib.k6.io/k6chaijs/4.3.4.3/index.js"`
	formdata = `"https://jslib.k6.io/formdata/0.0.2/index.js"`
	reporter = `"https://raw.githubusercontent.com/benc-uk/k6-reporter/main/dist/bundle.js"`
)

// withGlobals are the globals of a VM that the replacements use.
func withGlobals(t testing.TB, h *host) {
	t.Helper()
	h.vm.Set("TextEncoder", func(c goja.ConstructorCall) *goja.Object {
		c.This.Set("encode", func(s string) goja.Value {
			v, err := h.vm.New(h.vm.Get("Uint8Array"), h.vm.ToValue(h.vm.NewArrayBuffer([]byte(s))))
			if err != nil {
				panic(err)
			}
			return v
		})
		return nil
	})
	for _, code := range []string{
		`var console = { warn: (s) => log("warn " + s), error: (s) => log("error " + s) }; var crypto = { randomUUID: () => "secure" };`,
		`var URL = class URL {}, URLSearchParams = class URLSearchParams {};`,
	} {
		if _, err := h.vm.RunString(code); err != nil {
			t.Fatal(err)
		}
	}
}

// answer runs a script that imports replacements and gives what it logged.
func answer(t testing.TB, code string) string {
	t.Helper()
	s, warnings, err := FromSource("a.js", code, Options{Builtins: jslibHost, Client: nil, Offline: true, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for i := range warnings {
		t.Errorf("warning: %v", &warnings[i])
	}
	h := newHost(t)
	withGlobals(t, h)
	v, err := s.Call(h.vm, h.k)
	if err != nil {
		_, traceback := Stack(err)
		t.Fatal(traceback)
	}
	if p, ok := v.Export().(*goja.Promise); ok && p.State() == goja.PromiseStateRejected {
		_, traceback := StackOf(p.Result())
		t.Fatal(traceback)
	}
	return strings.Join(h.log, " ")
}

func TestUtils(t *testing.T) {
	const start = `import { randomIntBetween, randomItem, randomString, uuidv4, findBetween, normalDistributionStages, parseDuration,
		getCurrentStageIndex, tagWithCurrentStageIndex, tagWithCurrentStageProfile, check } from ` + utils + `; import exec from "k6/execution";
		const json = (v) => log(JSON.stringify(v)); `
	for _, c := range []struct{ code, want string }{
		{`const seen = new Set(); for (let i = 0; i < 300; i++) seen.add(randomIntBetween(3, 5)); json([...seen].sort());`, `[3,4,5]`},
		{`const seen = new Set(); for (let i = 0; i < 300; i++) seen.add(randomItem("abc".split(""))); json([...seen].sort());`, `["a","b","c"]`},
		{`json([/^[a-z]{20}$/.test(randomString(20)), /^[xy]{9}$/.test(randomString(9, "xy")), randomString(0)]);`, `[true,true,""]`},
		{`json([/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuidv4()), uuidv4(true)]);`, `[true,"secure"]`},
		{`json([findBetween("a<b>c<d>", "<", ">"), findBetween("a<b>c<d>", "<", ">", true), findBetween("a", "<", ">"), findBetween("a<b", "<", ">"), findBetween("", "<", ">", true)]);`,
			`["b",["b","d"],null,null,null]`},
		{`json(["1h2m3.5s", "100ms", "1d", 1500, "250", "10us", "1h 2m"].map(parseDuration)); for (const d of ["", "x", "5 s"]) try { parseDuration(d); } catch (e) { log(e.message); }`,
			`[3723500,100,86400000,1500,250,0.01,3720000] parseDuration: "" is not a duration such as 1h30m parseDuration: "x" is not a duration such as 1h30m parseDuration: "5 s" is not a duration such as 1h30m`},
		{`const s = normalDistributionStages(10, 60); json([s.map((x) => x.target), s.map((x) => x.duration)]);`,
			`[[1,3,5,7,9,10,9,7,5,3,1,0],["10s","4s","4s","4s","4s","4s","4s","4s","4s","4s","4s","10s"]]`},
		{`json(normalDistributionStages(10, 100, 3)); json(normalDistributionStages(1, 5, 1));`,
			`[{"duration":"17s","target":2},{"duration":"23s","target":10},{"duration":"23s","target":10},{"duration":"23s","target":2},{"duration":"17s","target":0}] ` +
				`[{"duration":"1s","target":1},{"duration":"4s","target":1},{"duration":"1s","target":0}]`},
		{`exec.scenario.name = "s"; exec.test.options.scenarios = { s: { startVUs: 9, stages: [{ duration: "1m", target: 5 }, { duration: 60000, target: 5 }, { duration: "1m0s", target: 0 }] } };
			for (const ago of [0, 61, 125, 500]) { exec.scenario.startTime = Date.now() - ago * 1000; tagWithCurrentStageIndex(); tagWithCurrentStageProfile(); json([getCurrentStageIndex(), exec.vu.metrics.tags]); }`,
			`[0,{"stage":"0","stage_profile":"ramp-up"}] [1,{"stage":"1","stage_profile":"steady"}] [2,{"stage":"2","stage_profile":"ramp-down"}] [2,{"stage":"2","stage_profile":"ramp-down"}]`},
		{`exec.scenario.name = "s"; exec.test.options.scenarios = { s: {} }; try { getCurrentStageIndex(); } catch (e) { log(e.message); }`,
			`only the executors ramping-vus and ramping-arrival-rate have stages; scenario s has none`},
		{`json(check(2, { two: (v) => v === 2, truthy: 1, no: null }));`, `two=true truthy=true no=false false`},
		{`try { check(2, { a: true, b: () => { throw new Error("b throws"); }, c: true }); } catch (e) { log(e.message); }`, `a=true b=false b throws`},
		{`json(await check(Promise.resolve(2), { two: async (v) => v === 2, one: (v) => v === 1 }));`, `two=true one=false false`},
		{`json(await check(2, { two: async (v) => v === 2 })); try { await check(2, { b: async () => { throw new Error("rejected"); } }); } catch (e) { log(e.message); }`,
			`two=true true b=false rejected`},
	} {
		if got := answer(t, start+c.code); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.code, got, c.want)
		}
	}
}

func TestFormData(t *testing.T) {
	got := answer(t, `import { FormData } from `+formdata+`;
		const f = new FormData();
		f.append("text", "é\r\n"); f.append('a "b"', 5);
		f.append("file", { data: "content", filename: 'x".txt', content_type: "text/plain" });
		f.append("raw", new Uint8Array([0, 255]).buffer);
		f.append("view", new Uint8Array([1, 2, 3]).subarray(1), "v.bin");
		const body = f.body();
		log(String(body instanceof ArrayBuffer) + (f.contentType() === "multipart/form-data; boundary=" + f.boundary));
		log([...new Uint8Array(body)].map((c) => String.fromCharCode(c)).join("").replaceAll(f.boundary, "B").replaceAll("\r\n", "|"));`)
	want := "truetrue " + strings.Join([]string{
		`--B`, `Content-Disposition: form-data; name="text"`, ``, "\u00c3\u00a9|", `--B`, `Content-Disposition: form-data; name="a %22b%22"`, ``, `5`,
		`--B`, `Content-Disposition: form-data; name="file"; filename="x%22.txt"`, `Content-Type: text/plain`, ``, `content`,
		`--B`, `Content-Disposition: form-data; name="raw"; filename="raw"`, `Content-Type: application/octet-stream`, ``, "\x00\u00ff",
		`--B`, `Content-Disposition: form-data; name="view"; filename="v.bin"`, `Content-Type: application/octet-stream`, ``, "\x02\x03", `--B--`, ``}, "|")
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestChai(t *testing.T) {
	const start = `import { describe, expect, chai } from ` + chaijs + `; import same from ` + chaijs + `; `
	for _, c := range []struct{ code, want string }{
		{`log(String(describe("ok", () => { expect(200, "status").to.equal(200); expect([1, 2]).to.have.lengthOf(2); })));`,
			"<ok> expected status to equal 200=true expected ${this} to have property 'length'=true expected ${this} to have a length of 2 but got ${act}=true true"},
		{`log(String(describe("bad", () => { expect(42).to.not.equal(42); expect(1).to.equal(1); })));`, "<bad> expected ${this} to not equal 42=false false"},
		{`chai.config.aggregateChecks = false; chai.config.logFailures = true; describe("values", () => expect({ a: 1 }).to.deep.equal({ a: "b" }));`,
			"<values> expected { a: 1 } to deeply equal { a: 'b' }=false warn values: expected { a: 1 } to deeply equal { a: 'b' }"},
		{`chai.config.truncateVariableThreshold = 5; chai.config.aggregateChecks = false; describe("long", () => expect("x".repeat(50)).to.be.a("string"));`,
			"<long> expected 'xxxx... to be a string=true"},
		{`log(String(describe("throws", () => { undefined.x; })));`, `<throws> Exception raised "Cannot read property 'x' of undefined"=false error throws: Cannot read property 'x' of undefined false`},
		{`describe("json", () => { expect({ json: () => 1 }, "response").to.have.validJsonBody(); expect({ json() { throw new Error(); } }, "response").to.have.validJsonBody(); }); log(String(chai === same));`,
			"<json> response has valid json body=true response has valid json body=false true"},

		{`describe("colons", () => { expect("a", "a::b").to.equal("a"); });`, "<colons> expected a:b to equal 'a'=true"},
	} {
		if got := answer(t, start+c.code); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.code, got, c.want)
		}
	}
}

func TestOtherReplacements(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`import papaparse from "https://jslib.k6.io/papaparse/5.1.1/index.js"; log(JSON.stringify(papaparse.parse("a,b\n1,\"x,\ny\"", { header: true }).data));`, `[{"a":"1","b":"x,\ny"}]`},
		{`import { parse, unparse } from "https://jslib.k6.io/papaparse/5.1.1/index.js"; log(unparse(parse("1;2").data));`, "1,2"},
		{`import { URL, URLSearchParams } from "https://jslib.k6.io/url/1.0.0/index.js"; log(String(URL === globalThis.URL && URLSearchParams === globalThis.URLSearchParams));`, "true"},
		{`import * as u from "https://jslib.k6.io/k6-utils/1.6.0/index.js"; const c = require("https://jslib.k6.io/k6-utils/1.1.0/index.js"); log(String(u.randomItem([7]) + c.randomItem([8])));`, "15"},
	} {
		if got := answer(t, c.code); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.code, got, c.want)
		}
	}
	_, _, err := FromSource("a.js", `import "https://jslib.k6.io/k6-utils/1.4.0/index.js"`, Options{Builtins: jslibHost, Offline: true, NoReplacements: true, CacheDir: t.TempDir()})
	if err == nil || !strings.HasPrefix(err.Error(), "a.js:1:8: cannot fetch https://jslib.k6.io/k6-utils/1.4.0/index.js: not in the cache") {
		t.Errorf("NoReplacements: %v", err)
	}
}

// summaryData is what k6 gives to handleSummary, in testdata/summary.json.
func summaryData(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/summary.json")
	if err != nil {
		t.Fatal(err)
	}
	return "const data = " + string(text) + "; "
}

func TestTextSummary(t *testing.T) {
	data := summaryData(t)
	for name, options := range map[string]string{"summary.txt": `{ indent: " ", enableColors: false }`, "summary-colors.txt": `{ indent: "", summaryTimeUnit: "ms", summaryTrendStats: ["avg", "count", "p(95)"] }`} {
		got := answer(t, `import { textSummary } from `+summary+`; `+data+`log(textSummary(data, `+options+`));`)
		golden(t, name, got)
	}
	got := answer(t, `import { humanizeValue as h } from `+summary+`;
		log([h(0.28999, { type: "rate" }), h(1999, { type: "counter", contains: "data" }), h(9, { contains: "data" }), h(0, { contains: "time" }), h(0.0005, { contains: "time" }), h(0.5, { contains: "time" }),
			h(59999, { contains: "time" }), h(3723456, { contains: "time" }), h(1234, { contains: "time" }, "s"), h(1.23456789, { contains: "default" })].join(" "));`)
	if want := "28.99% 2.0 kB 9 B 0s 500ns 500µs 59.99s 1h2m3s 1.23s 1.234568"; got != want {
		t.Errorf("humanizeValue: %s, want %s", got, want)
	}
}

func TestJUnit(t *testing.T) {
	got := answer(t, `import { jUnit } from `+summary+`; `+summaryData(t)+`log(jUnit(data, { classname: "a<b" }));`)
	var report struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suite    struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string    `xml:"name,attr"`
				Class   string    `xml:"classname,attr"`
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(got), &report); err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	if report.Tests != 4 || report.Failures != 2 || len(report.Suite.Cases) != 4 || report.Suite.Name != "k6 thresholds" {
		t.Errorf("%+v", report)
	}
	if c := report.Suite.Cases[0]; c.Name != "my_time - p(95)<500" || c.Class != "a<b" || c.Failure == nil {
		t.Errorf("%+v", c)
	}
}

func TestHTMLReport(t *testing.T) {
	got := answer(t, `import { htmlReport } from `+reporter+`; `+summaryData(t)+`log(htmlReport(data, { title: "<b>" }));`)
	for _, want := range []string{"<title>&#60;b&#62;</title>", "<td>outer / deep</td><td>&#60;i&#62;half</td><td>2</td><td>2</td>", "my_counter{a:b}", "<td>62.50%</td>",
		"<td>my_time</td><td>p(95)&#60;500</td><td><span class=\"bad\">failed</span></td>"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if loads := regexp.MustCompile(`(src|href)=|<i>|url\(`).FindString(got); loads != "" {
		t.Errorf("%s in\n%s", loads, got)
	}
	golden(t, "report.html", got)
}

// golden compares with a file of testdata; UPDATE_GOLDEN=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got+"\n" != string(want) {
		t.Errorf("%s: got\n%s", path, got)
	}
}

// TestReplacementsAreLean guards what the replacements take in the VM of a user that does not call them, in bytes. It was
// 12,500.
func TestReplacementsAreLean(t *testing.T) {
	const imports = `import { randomItem, randomIntBetween, uuidv4 } from ` + utils + `; import { textSummary } from ` + summary + `;
		import { htmlReport } from ` + reporter + `; import papaparse from "https://jslib.k6.io/papaparse/5.1.1/index.js"; const used = [randomItem, randomIntBetween, uuidv4, textSummary, htmlReport, papaparse];`
	perUser := func(code string) int64 {
		s, _, err := FromSource("a.js", code+` export const options = {}; export default function () { return used; }`, Options{Builtins: jslibHost, Offline: true})
		if err != nil {
			t.Fatal(err)
		}
		var most int64 // of three: what earlier tests leave behind may go in the meantime
		for range 3 {
			hosts := make([]*host, 200)
			for i := range hosts {
				hosts[i] = newHost(t)
			}
			before := heap()
			for _, h := range hosts {
				if _, err := s.CallUser(h.vm, h.k); err != nil {
					t.Fatal(err)
				}
			}
			most = max(most, (heap()-before)/int64(len(hosts)))
			runtime.KeepAlive(hosts)
		}
		return most
	}
	if bytes := perUser(imports) - perUser(`const used = [];`); bytes > 13_500 || bytes < 0 {
		t.Errorf("%d bytes", bytes)
	}
}
