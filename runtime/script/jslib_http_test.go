package script

import (
	"crypto/hmac"
	"crypto/sha1"
	"maps"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// httpHost is jslibHost with what the libraries around k6/http use. Requests are logged, and give their URL.
var httpHost = map[string]string{
	"k6/http": `
const send = (method, url, body, params) => { const p = { ...params }; log(JSON.stringify([method, url, body, p])); return url; };
const http = {
	request: send, asyncRequest: async (...args) => send(...args),
	get: (url, params) => send("GET", url, null, params), head: (url, params) => send("HEAD", url, null, params),
	batch: (all) => all.map((r) => send(r.method, r.url, r.body, r.params)),
};
for (const name of ["post", "put", "patch", "options"]) http[name] = (...args) => send(name.toUpperCase(), ...args);
http.del = (...args) => send("DELETE", ...args);
export default http;
`,
	"k6/crypto":    `export const hmac = globalThis.hmac;`,
	"k6/execution": `const e = { scenario: { name: "s 1" }, vu: { metrics: { metadata: {} } } }; export default e;`,
}

// answerHTTP is answer with those modules.
func answerHTTP(t testing.TB, code string) string {
	t.Helper()
	all := maps.Clone(jslibHost)
	maps.Copy(all, httpHost)
	s, _, err := FromSource("a.js", code, Options{Builtins: all, Offline: true, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	h := newHost(t)
	withGlobals(t, h)
	h.vm.Set("__ENV", map[string]string{})
	h.vm.Set("hmac", func(_ string, key, data, _ any) any {
		mac := hmac.New(sha1.New, bytesOf(key))
		mac.Write(bytesOf(data))
		return h.vm.NewArrayBuffer(mac.Sum(nil))
	})
	if _, err := h.vm.RunString(`crypto.getRandomValues = (a) => a.fill(10);`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Call(h.vm, h.k); err != nil {
		_, traceback := Stack(err)
		t.Fatal(traceback)
	}
	return strings.Join(h.log, "\n")
}

func TestHTTPX(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`const s = new Httpx({ baseURL: "http://a", headers: { h: "1", i: "2" }, timeout: 5 }); log(s.get("/x", null, { headers: { i: "3" }, tags: { t: "v" } }));`,
			`["GET","http://a/x",null,{"headers":{"h":"1","i":"3"},"timeout":5,"tags":{"t":"v"}}]` + "\nhttp://a/x"},
		{`const s = new Httpx(); s.setBaseUrl("http://b"); s.addHeaders({ h: "1", i: "2" }); s.addHeader("j", "3"); s.clearHeader("i"); s.addTags({ a: "b", c: "d" }); s.addTag("e", "f"); s.clearTag("a"); s.post("/p", { k: "v" }); s.delete("https://c/d");`,
			`["POST","http://b/p",{"k":"v"},{"headers":{"h":"1","j":"3"},"tags":{"c":"d","e":"f"}}]` + "\n" +
				`["DELETE","https://c/d",null,{"headers":{"h":"1","j":"3"},"tags":{"c":"d","e":"f"}}]`},
		{`const s = new Httpx({ baseURL: "http://a" }); s.get({ url: "/u/5", name: "/u/${}" }); log(typeof s.lastRequestChainDuration); s.asyncPost("/p", "b").then((r) => log("then " + r));`,
			`["GET","http://a/u/5",null,{"tags":{"name":"/u/${}"},"headers":{}}]` + "\nnumber\n" + `["POST","http://a/p","b",{"headers":{},"tags":{}}]` + "\nthen http://a/p"},
		{`const s = new Httpx({ baseURL: "http://a" }); const p = new Post("/p", "body", { headers: { h: "1" } }); p.addTag("t", "v"); p.addHeader("i", "2");
			log(s.batch([new Get("/g", { tags: { x: "y" } }), p, "/s", ["PUT", "/u", "b"], { method: "PATCH", url: "/o" }], { tags: { name: "all" } }).join());`,
			strings.Join([]string{`["GET","http://a/g",null,{"headers":{},"tags":{"name":"all","x":"y"}}]`,
				`["POST","http://a/p","body",{"headers":{"h":"1","i":"2"},"tags":{"name":"all","t":"v"}}]`,
				`["GET","http://a/s",null,{"headers":{},"tags":{"name":"all"}}]`, `["PUT","http://a/u","b",{"headers":{},"tags":{"name":"all"}}]`,
				`["PATCH","http://a/o",null,{"headers":{},"tags":{"name":"all"}}]`, "http://a/g,http://a/p,http://a/s,http://a/u,http://a/o"}, "\n")},
		{`try { new Httpx().request("get", "/"); } catch (e) { log(e.message); }`,
			"Invalid method: get. Expected one of GET,HEAD,POST,PUT,DELETE,CONNECT,OPTIONS,TRACE,PATCH"},
	} {
		if got := answerHTTP(t, `import { Httpx, Get, Post } from "https://jslib.k6.io/httpx/0.1.0/index.js?x=1"; `+c.code); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.code, got, c.want)
		}
	}
}

func TestInstrumentation(t *testing.T) {
	const trace, span = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", "0a0a0a0a0a0a0a0a"
	for _, c := range []struct{ library, code, want string }{
		{"tempo", `lib.instrumentHTTP({ propagator: "w3c" }); http.get("u"); http.post("u", "b", { headers: { h: "1" }, tags: { t: "v" } }); http.del("u"); http.request("PUT", "u");`,
			strings.ReplaceAll(`["GET","u",null,{"headers":{TRACE}}]`+"\n"+`["POST","u","b",{"headers":{"h":"1",TRACE},"tags":{"t":"v"}}]`+"\n"+
				`["DELETE","u",null,{"headers":{TRACE}}]`+"\n"+`["PUT","u",null,{"headers":{TRACE}}]`, "TRACE", `"traceparent":"00-`+trace+`-`+span+`-01"`)},
		{"tempo", `const c = new lib.Client({ propagator: "jaeger", sampling: 0 }); c.get("u"); http.get("u");`,
			`["GET","u",null,{"headers":{"uber-trace-id":"` + trace + `:` + span + `:0:0"}}]` + "\n" + `["GET","u",null,{}]`},
		{"tempo", `http.get = () => log(exec.vu.metrics.metadata.trace_id); lib.instrumentHTTP(); http.get("u"); log(JSON.stringify(exec.vu.metrics.metadata));`, trace + "\n{}"},
		{"tempo", `import { Client } from "k6/experimental/tracing"; log(String(Client === lib.Client));`, "true"},
		{"tempo", `try { lib.instrumentHTTP({ propagator: "b3" }); } catch (e) { log(e.message); }`, "unknown propagator: b3"},
		{"pyroscope", `lib.instrumentHTTP(); http.get("http://u/?a=b"); __ENV.K6_CLOUDRUN_TEST_RUN_ID = "7"; http.post("u", "b", { headers: { Baggage: "x=y" }, tags: { name: "n" } });`,
			`["GET","http://u/?a=b",null,{"headers":{"baggage":"k6.scenario=s%201, k6.name=http%3A%2F%2Fu%2F%3Fa%3Db"}}]` + "\n" +
				`["POST","u","b",{"headers":{"Baggage":"x=y, k6.scenario=s%201, k6.name=n, k6.test_run_id=7"},"tags":{"name":"n"}}]`},
		{"pyroscope", `new lib.Client((method, body) => ({ h: method + body })).put("u", "b");`, `["PUT","u","b",{"headers":{"h":"PUTb"}}]`},
	} {
		got := answerHTTP(t, `import lib from "https://jslib.k6.io/http-instrumentation-`+c.library+`/1.0.1/index.js"; import http from "k6/http"; import exec from "k6/execution"; `+c.code)
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.code, got, c.want)
		}
	}
}

// TestTOTP has the vectors of RFC 6238, appendix B.
func TestTOTP(t *testing.T) {
	got := answerHTTP(t, `import { TOTP } from "https://jslib.k6.io/totp/1.0.0/index.js";
		const totp = new TOTP("gezd gnbv gy3t qojq gezd gnbv gy3t qojq", 8);
		const all = [];
		for (const now of [59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000]) { Date.now = () => now * 1000; all.push(await totp.gen()); }
		Date.now = () => 59000;
		all.push(await new TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").gen(), await totp.verify("94287082"), await totp.verify("00000000"));
		Date.now = () => 60000;
		all.push(await totp.verify("94287082"), await totp.gen(30, -1));
		try { new TOTP("1"); } catch (e) { all.push(e.message); }
		log(all.join());`)
	if want := "94287082,07081804,14050471,89005924,69279037,65353130,287082,true,false,true,94287082,TOTP: the secret is not in base 32"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func bytesOf(v any) []byte {
	b, _ := v.(goja.ArrayBuffer)
	return b.Bytes()
}
