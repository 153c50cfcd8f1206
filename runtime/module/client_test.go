package module_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// echo answers with what it got, as JSON: method, uri, chosen headers, body.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	headers := map[string]string{}
	for name, values := range r.Header {
		if !slices.Contains([]string{"Accept-Encoding", "User-Agent", "Content-Length"}, name) {
			headers[strings.ToLower(name)] = strings.Join(values, ";")
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"method": r.Method, "uri": r.URL.RequestURI(), "headers": headers, "body": string(body), "host": r.Host != ""})
}

// site is the target of these tests.
func site() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/echo/", echo)
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code := 0
		_, _ = fmt.Sscan(r.PathValue("code"), &code)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "status "+r.PathValue("code"))
	})
	mux.HandleFunc("/text", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Two", "a")
		w.Header().Add("X-Two", "b")
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes", Path: "/"})
		_, _ = io.WriteString(w, "hëllo")
	})
	mux.HandleFunc("/latin", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", `text/plain; charset="ISO-8859-1"`)
		_, _ = w.Write([]byte{'h', 0xeb})
	})
	mux.HandleFunc("/redirect/{n}", func(w http.ResponseWriter, r *http.Request) {
		n := 0
		_, _ = fmt.Sscan(r.PathValue("n"), &n)
		if n == 0 {
			echo(w, r)
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/redirect/%d", n-1), http.StatusFound)
	})
	mux.HandleFunc("/slow/{ms}", func(w http.ResponseWriter, r *http.Request) {
		d, _ := time.ParseDuration(r.PathValue("ms") + "ms")
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, "slow")
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("x"), 5000)) })
	mux.HandleFunc("/deep", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("["), 1<<20)) })
	return mux
}

// A call is JavaScript inside a task of one user; what it gives (or throws) is compared as JSON.
type call struct{ js, want string }

// asks makes a script of one task that says what the code gives.
func asks(settings, js string) string {
	return `const c = {}; export class U extends HttpUser { ` + settings + ` @task async t() { const client = this.client; const show = v => console.log(typeof v === "string" ? v : JSON.stringify(v) ?? "undefined");
		try { show(await (async () => { ` + js + ` })()); } catch (e) { show(e instanceof Error ? e.name + ": " + e.message : "thrown " + String(e)); } this.stop(); } }`
}

func testCalls(t *testing.T, settings string, calls []call) {
	t.Helper()
	server := httptest.NewServer(site())
	defer server.Close()
	for _, c := range calls {
		p := play{script: asks(settings, c.js), host: server.URL}.do(t)
		got := strings.ReplaceAll(strings.Join(p.said(), "\n"), server.URL, "HOST")
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s\n%s", c.js, got, c.want, p.thrown())
		}
	}
}

func TestVerbsAndBodies(t *testing.T) {
	pick := func(verb string) string { return `const r = ` + verb + `.js; return [r.method, r.uri, r.body]` }
	typed := func(verb string) string {
		return `const r = ` + verb + `.js; return [r.headers["content-type"], r.body]`
	}
	testCalls(t, "", []call{
		{pick(`client.get("/echo?a=1")`), `["GET","/echo?a=1",""]`},
		{pick(`client.delete("/echo")`), `["DELETE","/echo",""]`},
		{pick(`client.options("/echo")`), `["OPTIONS","/echo",""]`},
		{pick(`client.post("/echo")`), `["POST","/echo",""]`},
		{pick(`client.put("/echo", "x")`), `["PUT","/echo","x"]`},
		{pick(`client.patch("/echo", "x")`), `["PATCH","/echo","x"]`},
		{pick(`client.request("purge", "/echo")`), `["PURGE","/echo",""]`},
		{pick(`client.request("post", "/echo", { data: "d" })`), `["POST","/echo","d"]`},
		{`const r = client.head("/echo"); return [r.status, r.text]`, `[200,""]`},
		{`return client.get("/echo").js.host`, "true"},
		{typed(`client.post("/echo", { json: { a: [1, "ü", null] } })`), `["application/json","{\"a\":[1,\"ü\",null]}"]`},
		{typed(`client.post("/echo", { json: 0 })`), `["application/json","0"]`},
		{typed(`client.post("/echo", { data: { a: "1 2", b: ["x", "y"], c: null } })`), `["application/x-www-form-urlencoded","a=1+2&b=x&b=y"]`},
		{typed(`client.post("/echo", { data: new URLSearchParams({ a: "&" }) })`), `["application/x-www-form-urlencoded","a=%26"]`},
		{typed(`client.post("/echo", new URLSearchParams({ a: "&" }))`), `["application/x-www-form-urlencoded","a=%26"]`},
		{typed(`client.post("/echo", "raw")`), `[null,"raw"]`},
		{typed(`client.post("/echo", { data: "raw" })`), `[null,"raw"]`},
		{typed(`client.post("/echo", new TextEncoder().encode("bytes").buffer)`), `[null,"bytes"]`},
		{typed(`client.post("/echo", new TextEncoder().encode("xbytesx").subarray(1, 6))`), `[null,"bytes"]`},
		{typed(`client.post("/echo", new DataView(new TextEncoder().encode("view").buffer))`), `[null,"view"]`},
		{typed(`client.post("/echo", "{}", { headers: { "Content-Type": "text/x" } })`), `["text/x","{}"]`},
		{typed(`client.post("/echo", { json: 1, headers: { "content-type": "text/x" } })`), `["text/x","1"]`},
		{`const r = client.post("/echo", { data: { field: "v" }, files: { f: "text", g: { filename: "g.bin", content: new Uint8Array([65]), contentType: "a/b" } } }).js;
			return [/^multipart\/form-data; boundary=/.test(r.headers["content-type"]), r.body.replace(/-+[0-9a-f]{10,}/g, "B").replace(/\r\n/g, "|")]`,
			`[true,"B|Content-Disposition: form-data; name=\"field\"||v|B|Content-Disposition: form-data; name=\"f\"; filename=\"f\"|Content-Type: application/octet-stream||text|B|Content-Disposition: form-data; name=\"g\"; filename=\"g.bin\"|Content-Type: a/b||A|B--|"]`},
		{`const u = client.get(new URL("/echo/x", client.baseUrl)).js; return u.uri`, "/echo/x"},
		{`return client.get("/echo", { params: { a: 1, b: [2, 3], c: undefined } }).js.uri`, "/echo?a=1&b=2&b=3"},
		{`return client.get("/echo?x=y", { params: [["a", "1"], ["a", "&"]] }).js.uri`, "/echo?x=y&a=1&a=%26"},
		{`return client.get("/echo", { params: new URLSearchParams("q=%20") }).js.uri`, "/echo?q=+"},
	})
}

func TestWrongCalls(t *testing.T) {
	testCalls(t, "", []call{
		{`client.get()`, "TypeError: the URL is missing"},
		{`client.get(null)`, "TypeError: the URL is missing"},
		{`client.get("/echo", 7)`, "TypeError: get: the options must be an object, not 7"},
		{`client.get("/echo", { jsno: 1 })`, `TypeError: unknown request option "jsno": known are name, params, headers, json, data, files, auth, timeout, redirects, cookies, catchResponse, context`},
		{`client.get("/echo", { timeout: 0 })`, "TypeError: timeout: 0 is not a number of seconds above 0"},
		{`client.get("/echo", { timeout: "soon" })`, "TypeError: timeout: soon is not a number of seconds above 0"},
		{`client.get("/echo", { redirects: "no" })`, "TypeError: redirects: no is neither true, false nor a number of 0 or more"},
		{`client.get("/echo", { redirects: -1 })`, "TypeError: redirects: -1 is neither true, false nor a number of 0 or more"},
		{`client.get("/echo", { params: 7 })`, "TypeError: 7 is neither an object nor an array of pairs"},
		{`client.get("/echo", { auth: ["only"] })`, "TypeError: auth must be [user, password] or the value of an Authorization header"},
		{`client.post("/echo", { json: () => 1 })`, "TypeError: json: () => 1 cannot be written as JSON"},
		{`client.post("/echo", { json: 1n })`, "TypeError: Do not know how to serialize a BigInt"},
		{`client.post("/echo", { files: { f: { name: "no content" } } })`, "TypeError: files.f: content must be a string, an ArrayBuffer or a typed array"},
		{`client.get("ftp://x/")`, `TypeError: bad URL "ftp://x/": the scheme must be http or https`},
		{`client.get("/echo", { headers: { "a b": "x" } })`, `TypeError: GET /echo: InvalidRequest('header "a b" holds characters that cannot be sent')`},
		{`client.get("/echo", { headers: { a: "x\r\ny: z" } })`, `TypeError: GET /echo: InvalidRequest('header "a" holds characters that cannot be sent')`},
		{`client.request("A B", "/echo")`, `TypeError: A B /echo: InvalidRequest('the method is not a token: "A B"')`},
		{`client.baseUrl = "x"`, "TypeError: client.baseUrl cannot be set: use static host or --host, or absolute URLs"},
		{`client.named("x")`, "TypeError: client.named(name, fn): fn must be a function"},
		{`client.batch("/x")`, "TypeError: client.batch needs an array of requests"},
		{`client.batch([{ method: "GET" }])`, "TypeError: client.batch: a request is a URL, [method, url, options] or {method, url, ...options}"},
		{`return client.nothing`, "undefined"},
		{`client.get(Symbol("s"))`, "TypeError: Cannot convert a Symbol value to a string"},
		{`client.get({ toString() { throw new Error("toString") } })`, "Error: toString"},
		{`client.get("/echo", { get name() { throw new Error("getter") } })`, "Error: getter"},
		{`client.get("/echo", { headers: { a: Symbol() } })`, "TypeError: Cannot convert a Symbol value to a string"},
		{`client.get("/echo", new Proxy({}, { ownKeys() { throw new Error("trap") } }))`, "Error: trap"},
	})
}

// The error of a wrong option names the script's position.
func TestWrongCallPosition(t *testing.T) {
	p := play{host: "http://127.0.0.1:1", script: "\nexport class U extends HttpUser {\n  @task t() {\n    this.n ? this.stop() : this.n = 1;\n    this.client.get(\"/\", { jsno: 1 });\n  }\n}"}.do(t)
	if len(p.Exceptions) != 1 || !strings.Contains(p.Exceptions[0].Traceback, "\n    at t (a.js:5:17)") || len(p.Rows) != 0 {
		t.Error(p.Exceptions, p.rows())
	}
}

func TestHeadersAuthCookies(t *testing.T) {
	head := func(js string, names ...string) string {
		return js + `; return [` + strings.Join(names, ",") + `].map(n => r.headers[n] ?? null)`
	}
	testCalls(t, `static http = { headers: { "x-class": "class", "x-all": "class" }, userAgent: "me" };`, []call{
		{head(`client.headers["x-user"] = "user"; client.headers["X-All"] = "user"; const r = client.get("/echo", { headers: { "x-one": "one", "x-all": "one" } }).js`, `"x-class"`, `"x-user"`, `"x-one"`, `"x-all"`), `["class","user","one","one"]`},
		{head(`client.headers = { "x-all": "user" }; const r = client.get("/echo").js`, `"x-all"`), `["user"]`},
		{head(`const r = client.get("/echo", { headers: { "x-all": undefined } }).js`, `"x-all"`), `["class"]`},
		{head(`const r = client.get("/echo", { auth: ["ann", "päss"] }).js`, `"authorization"`), `["Basic YW5uOnDDpHNz"]`},
		{head(`client.auth = ["ann", "x"]; const r = client.get("/echo").js`, `"authorization"`), `["Basic YW5uOng="]`},
		{head(`client.auth = ["ann", "x"]; client.auth = null; const r = client.get("/echo").js`, `"authorization"`), `[null]`},
		{head(`client.auth = ["ann", "x"]; const r = client.get("/echo", { headers: { Authorization: "Bearer t" } }).js`, `"authorization"`), `["Bearer t"]`},
		{head(`client.get("/text"); const r = client.get("/echo").js`, `"cookie"`), `["seen=yes"]`},
		{head(`client.get("/text"); const r = client.get("/echo", { cookies: { one: "1" } }).js`, `"cookie"`), `["one=1; seen=yes"]`},
		{head(`client.get("/text"); const r = client.get("/echo", { cookies: { seen: "no" } }).js`, `"cookie"`), `["seen=no; seen=yes"]`},
		{head(`client.get("/text"); client.get("/echo", { cookies: { one: "1" } }); const r = client.get("/echo").js`, `"cookie"`), `["seen=yes"]`},
		{head(`client.cookies.set("mine", "1"); const r = client.get("/echo").js`, `"cookie"`), `["mine=1"]`},
		{`client.get("/text"); const k = client.cookies; return [k.get("seen"), k.get("none") ?? null, k.all(), (k.clear(), k.all())]`, `["yes",null,{"seen":"yes"},{}]`},
		{`client.get("/text"); return (await client.async.get("/echo")).js.headers.cookie`, "seen=yes"},
	})
}

func TestRedirects(t *testing.T) {
	testCalls(t, `static http = { maxRedirects: 3 };`, []call{
		{`const r = client.get("/redirect/2"); return [r.status, r.url, r.history, r.request]`,
			`[200,"HOST/redirect/0",[{"status":302,"url":"HOST/redirect/2"},{"status":302,"url":"HOST/redirect/1"}],{"method":"GET","url":"HOST/redirect/2","name":"/redirect/2"}]`},
		{`const r = client.get("/redirect/2", { redirects: false }); return [r.status, r.ok, r.headers.location]`, `[302,true,"/redirect/1"]`},
		{`return client.get("/redirect/2", { allow_redirects: 0 }).status`, "302"},
		{`return client.get("/redirect/5", { allowRedirects: 5 }).status`, "200"},
		{`return client.get("/redirect/5", { redirects: true }).status`, "200"},
		{`const r = client.get("/redirect/4"); return [r.status, r.error]`, `[0,"TooManyRedirects('more than 3')"]`},
		{`return client.head("/redirect/1").status`, "302"},
		{`return client.post("/redirect/1", "x").js.method`, "GET"},
	})
}

func TestResponse(t *testing.T) {
	testCalls(t, `static http = { maxBody: 4000 };`, []call{
		{`const r = client.get("/text"); return [r.status, r.status_code, r.statusText, r.reason, r.ok, r.text, r.body, r.content.byteLength, r.error]`, `[200,200,"OK","OK",true,"hëllo","hëllo",6,""]`},
		{`const r = client.get("/text"); return [r.headers["x-two"], r.headers.get("X-Two"), r.headers.get("none") ?? null, r.cookies, r.url, r.history]`, `["a, b","a, b",null,{"seen":"yes"},"HOST/text",[]]`},
		{`const r = client.get("/status/404"); return [r.status, r.ok, r.statusText, r.error]`, `[404,false,"Not Found",""]`},
		{`return client.get("/latin").text`, "hë"},
		{`return client.get("/echo").json().method`, "GET"},
		{`return client.get("/text").js`, "null"},
		{`client.get("/text").json()`, "Error: Could not parse response as JSON. hëllo, response code 200"},
		{`client.get("/deep").json()`, "Error: the body of GET /deep has 1048576 bytes, and only 4000 are kept: raise static http = {maxBody: bytes} to read it"},
		{`const r = client.get("/big"); return [r.status, r.ok, r.headers["content-length"]]`, `[200,true,null]`},
		{`client.get("/big").text`, "Error: the body of GET /big has 5000 bytes, and only 4000 are kept: raise static http = {maxBody: bytes} to read it"},
		{`const r = client.get("http://127.0.0.1:1/"); return [r.status, r.ok, r.text, r.json === undefined, r.js, r.error, r.elapsed >= 0]`, `[0,false,"",false,null,"ConnectionError('connection refused')",true]`},
		{`client.get("http://127.0.0.1:1/").json()`, "Error: there is no response to parse as JSON: ConnectionError('connection refused')"},
		{`const t = client.get("/slow/30").timings, u = client.get("/slow/30").timings; return [Object.keys(t), t.connect > 0, u.connect, t.wait >= 29, u.wait >= 29, t.tls]`,
			`[["dns","connect","tls","send","wait","receive"],true,0,true,true,0]`},
		{`const r = client.get("/slow/30"); return r.elapsed >= 29 && r.elapsed < 5000`, "true"},
		{`const r = client.get("/slow/5000", { timeout: 0.05 }); return [r.status, r.error]`, `[0,"ReadTimeout('no complete response within 50ms')"]`},
		{`const r = client.get("/text"); return ["status" in r, "nothing" in r, r.nothing ?? null, Object.keys(r).includes("status")]`, `[true,false,null,true]`},
		{`return new Uint8Array(client.get("/text").content)[0]`, "104"},
		{`const r = client.get("/text"); r.extra = 1; return r.extra`, "1"},
	})
	testCalls(t, "", []call{{`client.get("/deep").json()`, "Error: the JSON of GET /deep is nested deeper than 5000 levels"}, {`return client.get("/deep").js`, "null"}})
}

// rowsOf runs one task and gives the rows and the failures that came of it.
func TestNamesAndVerdicts(t *testing.T) {
	server := httptest.NewServer(site())
	defer server.Close()
	for _, c := range []struct{ settings, js, rows, faults string }{
		{"", `client.get("/status/200?a=b#c")`, "GET /status/200?a=b 1/0", ""},
		{"", `client.get("/echo", { params: { q: 1 } })`, "GET /echo?q=1 1/0", ""},
		{"", `client.get("/echo", { name: "n" })`, "GET n 1/0", ""},
		{"", `client.get("/redirect/2")`, "GET /redirect/2 1/0", ""},
		{"", `client.named("n", () => { client.get("/echo"); client.named("m", () => client.get("/echo")); client.get("/echo") }); client.get("/echo")`, "GET /echo 1/0, GET m 1/0, GET n 2/0", ""},
		{"", `await client.named("n", async () => { await null; client.get("/echo"); await sleep(0.01); client.get("/echo") }); client.get("/echo")`, "GET /echo 1/0, GET n 2/0", ""},
		{"", `try { client.rename_request("n", () => { throw 1 }) } catch {} client.get("/echo")`, "GET /echo 1/0", ""},
		{"static http = { groupUrls: true };", `client.get("/echo/17/x"); client.get("/echo/123e4567-e89b-12d3-a456-426614174000"); client.get("/echo/v2")`, "GET /echo/[id] 1/0, GET /echo/[id]/x 1/0, GET /echo/v2 1/0", ""},
		{"static http = { groupUrls: [/x\\d/g] };", `client.get("/echo/x1/x2")`, "GET /echo/[id]/[id] 1/0", ""},
		{"", `client.get("/status/500")`, "GET /status/500 1/1", "HTTPError('500 Server Error: Internal Server Error for url: /status/500')"},
		{"", `client.get("/status/500", { name: "n" }, r => r.success())`, "GET n 1/0", ""},
		{"", `client.get("/echo", r => r.failure("bad"))`, "GET /echo 1/1", "CatchResponseError('bad')"},
		{"", `client.get("/echo", r => r.failure(new Error("bad")))`, "GET /echo 1/1", "CatchResponseError('bad')"},
		{"", `client.get("/echo", r => { r.failure("bad"); r.success(); })`, "GET /echo 1/0", ""},
		{"", `client.get("/status/404", r => {})`, "GET /status/404 1/1", "HTTPError('404 Client Error: Not Found for url: /status/404')"},
		{"", `client.get("/echo", r => r.assert(r.status === 201, "not created"))`, "GET /echo 1/1", "CatchResponseError('not created')"},
		{"", `if (client.get("/echo", r => r.assert(0)).assert === 1) throw 1`, "GET /echo 1/1", "CatchResponseError('assertion failed')"},
		{"", `try { client.get("/echo", r => { throw new RangeError("in verdict"); }) } catch (e) { if (e.message != "in verdict") throw e }`, "GET /echo 1/1", "RangeError('in verdict')"},
		{"", `client.get("/echo", r => { this.stop() })`, "GET /echo 1/0", ""},
		{"", `client.get("/echo", async r => { await null; await sleep(0.01); r.failure("later") })`, "GET /echo 1/1", "CatchResponseError('later')"},
		{"", `client.get("/echo", async r => { const x = await client.async.get("/status/200"); r.assert(x.status == 201, "no") })`, "GET /echo 1/1, GET /status/200 1/0", "CatchResponseError('no')"},
		{"", `await client.async.get("/echo", async r => { await new Promise(f => setTimeout(f, 5)); r.failure("later") })`, "GET /echo 1/1", "CatchResponseError('later')"},
		{"", `client.post("/echo", "body", r => r.failure("p"))`, "POST /echo 1/1", "CatchResponseError('p')"},
		{"", `client.post("/echo", "body", {}, r => r.failure("p"))`, "POST /echo 1/1", "CatchResponseError('p')"},
		{"", `const r = client.get("/echo", { catchResponse: true }); r.failure("c")`, "GET /echo 1/1", "CatchResponseError('c')"},
		{"", `const r = client.get("/status/404", { catch_response: true }); r.success(); r.done(); r.done()`, "GET /status/404 1/0", ""},
		{"", `client.get("/status/404", { catchResponse: true })`, "GET /status/404 1/1", "HTTPError('404 Client Error: Not Found for url: /status/404')"},
		{"", `const r = client.get("/echo"); try { r.success() } catch (e) { client.get("/status/200", { name: e.name }) }`, "GET /echo 1/0, GET TypeError 1/0", ""},
		{"", `client.get("http://127.0.0.1:1/x")`, "GET /x 1/1", "ConnectionError('connection refused')"},
		{"", `client.rest("GET", "/echo", r => { if (r.js.headers.accept != "application/json") r.failure(r.text) })`, "GET /echo 1/0", ""},
		{"", `client.rest("POST", "/echo", { json: { a: 1 } }, r => { if (r.js.body != '{"a":1}') r.failure(r.text) })`, "POST /echo 1/0", ""},
		{"", `client.rest("GET", "/text")`, "GET /text 1/1", "CatchResponseError('Could not parse response as JSON. hëllo, response code 200')"},
		{"", `this.rest("GET", "/status/404")`, "GET /status/404 1/1", "HTTPError('404 Client Error: Not Found for url: /status/404')"},
		{"", `client.rest_("GET", "/echo?a=1")`, "GET /echo?a=1&_=... 1/0", ""},
		{"", `client.rest_("GET", "/echo", { name: "n" })`, "GET n 1/0", ""},
		{"", `client.batch(["/status/200", ["POST", "/echo", { json: 1 }], { method: "put", url: "/echo", name: "b", data: "x" }, ["/status/404"]])`, "POST /echo 1/0, GET /status/200 1/0, GET /status/404 1/1, PUT b 1/0", "HTTPError('404 Client Error: Not Found for url: /status/404')"},
		{"", `this.report({ type: "WS", name: "/s", responseTime: 12.5, responseLength: 3 }); this.report({ type: "WS", name: "/s", error: new TypeError("x") }); this.report({ type: "WS", name: "/s", responseTime: null, error: "text" })`, "WS /s 3/2", "TypeError('x'), text"},
		{"", `events.request.fire({ request_type: "X", name: "n", response_time: 1, response_length: 2, exception: null })`, "X n 1/0", ""},
		{"", `if (this.measure("M", "m", () => 7) !== 7) throw 1`, "M m 1/0", ""},
		{"", `try { this.measure("M", "m", () => { throw new RangeError("no") }) } catch (e) { this.report({ type: "R", name: e.message }) }`, "M m 1/1, R no 1/0", "RangeError('no')"},
		{"", `const v = await this.measure("M", "m", async () => { await null; await sleep(0.01); return 7 }); if (v !== 7) throw 1`, "M m 1/0", ""},
		{"", `try { await this.measure("M", "m", async () => { await null; throw new RangeError("no") }) } catch (e) { this.report({ type: "R", name: e.message }) }`, "M m 1/1, R no 1/0", "RangeError('no')"},
		{"", `this.measure("M", "m", async () => { await null; await client.async.get("/echo") })`, "GET /echo 1/0, M m 1/0", ""},
	} {
		p := play{script: `export class U extends HttpUser { ` + c.settings + ` @task async t() { const client = this.client; if (this.n) this.stop(); this.n = 1; ` + c.js + ` } }`, host: server.URL}.do(t)
		if p.rows() != c.rows || p.faults() != c.faults {
			t.Errorf("%s\n got %s %s\nwant %s %s", c.js, p.rows(), p.faults(), c.rows, c.faults)
		}
		p.calm(t)
	}
}

// A verdict that throws later is a failure and an exception of the task.
func TestLateVerdictThrows(t *testing.T) {
	p := play{handler: site(), script: `export class U extends HttpUser { @task t() { if (this.n) this.stop(); this.n = 1; this.client.get("/echo", async r => { await null; throw new RangeError("late"); }); } }`}.do(t)
	if p.rows() != "GET /echo 1/1" || p.faults() != "RangeError('late')" || p.thrown() != "1xlate" {
		t.Error(p.rows(), p.faults(), p.thrown())
	}
}

func TestParallel(t *testing.T) {
	var now, most atomic.Int64
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for n := now.Add(1); n > most.Load(); {
			most.Store(n)
		}
		time.Sleep(200 * time.Millisecond)
		now.Add(-1)
	})
	for _, js := range []string{
		`await Promise.all([1, 2, 3, 4, 5].map(i => client.async.get("/" + i)))`,
		`client.batch(["/1", "/2", "/3", "/4", "/5"])`,
	} {
		most.Store(0)
		p := play{handler: handler, script: asks("", `const t = performance.now(); const list = `+js+`; console.log(list.map(r => r.request.url.slice(-1)).join("")); return performance.now() - t`)}.do(t)
		said := p.said()
		if len(said) != 2 || said[0] != "12345" || p.Total.Count != 5 || p.Total.Failures != 0 {
			t.Fatal(js, said, p.rows())
		}
		if ms := number(t, said[1]); ms > 800 || most.Load() != 5 {
			t.Errorf("%s: %v ms, %d at once", js, ms, most.Load())
		}
	}
}

func TestHTTPSettings(t *testing.T) {
	for _, c := range []struct{ http, want string }{
		{`{ timeut: 1 }`, `unknown key in static http: "timeut"`},
		{`{ timeout: -1 }`, "static http: timeout: -1 is not a number of seconds above 0"},
		{`{ timeout: Symbol() }`, "static http: Cannot convert a Symbol value to a number"},
		{`7`, "static http must be an object, not 7"},
		{`{ ca: "none.pem" }`, "none.pem"},
		{`{ cert: "none.pem", key: "none.key" }`, "none.pem"},
		{`{ proxy: "::" }`, "InvalidURL('::: missing protocol scheme')"},
		{`{ get timeout() { throw new Error("getter") } }`, "getter"},
		{`{ headers: { "x": { toString() { throw new Error("toString") } } } }`, "toString"},
		{`{ auth: 7n }`, ""},
	} {
		pl := play{script: `export class U extends HttpUser { static http = ` + c.http + `; @task t() {} }`}
		err := pl.setup(t).load(pl, "http://localhost")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.http, err, c.want)
		}
	}
	testCalls(t, `static http = { timeout: 0.05, keepAlive: false, auth: ["a", "b"], maxRedirects: 1, acceptEncoding: "identity", proxy: false };`, []call{
		{`return client.get("/slow/5000").error`, "ReadTimeout('no complete response within 50ms')"},
		{`return client.get("/echo").js.headers.authorization`, "Basic YTpi"},
		{`client.get("/echo"); return client.get("/echo").timings.connect > 0`, "true"},
	})
}

// A server that closes, stalls or talks nonsense gives a failure row, never an exception.
func TestBrokenServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 1000))
			_, _ = io.WriteString(c, "nonsense\r\n\r\n")
			_ = c.Close()
		}
	}()
	p := play{host: "http://" + l.Addr().String(), script: asks("", `return client.get("/").status`)}.do(t)
	p.wants(t, "0")
	if p.row("GET", "/") != "1/1" || p.thrown() != "" {
		t.Error(p.rows(), p.faults(), p.thrown())
	}
}
