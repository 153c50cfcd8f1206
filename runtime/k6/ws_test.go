package k6_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// tell logs all events of a socket s of k6/ws under a name.
const tell = `
function tell(s, name) {
  const show = v => v instanceof ArrayBuffer ? "buffer " + v.byteLength : v && v.error ? JSON.stringify(v) + " " + v.error() : String(v);
  for (const e of ["open", "message", "binaryMessage", "ping", "pong", "close", "error"])
    s.on(e, (...args) => console.log([name, e, ...args.map(show)].join(" ")));
}
`

// The events of k6/ws in their order, and what connect returns. All of it is as k6 has it, as seen by running it.
func TestLegacyEvents(t *testing.T) {
	tests := []struct {
		name, path, params, act string
		want                    []string
	}{
		{"messages", "/echo", `null`, `s.on("open", () => { s.send("hi"); s.sendBinary(new Uint8Array([1, 2]).buffer); s.ping(); }); s.on("pong", () => s.close())`,
			[]string{"s open", "s message hi", "s binaryMessage buffer 2", "s pong", "s close 1001", "101 S/echo  "}},
		{"close at once", "/echo", `null`, `s.on("open", () => s.send("x")); s.on("message", () => { s.close(3001); console.log("after"); s.send("late"); s.close(); })`,
			[]string{"s open", "s message x", "s close 3001", "after", "s error {} websocket: close sent", "101 S/echo  "}},
		{"server closes", "/close?code=1000&reason=bye", `{}`, `s.on("open", () => s.send("x"))`,
			[]string{"s open", "s close 1000", "101 S/close?code=1000&reason=bye  "}},
		{"with a code of its own", "/close?code=4000&reason=bye", `{}`, `s.on("open", () => s.send("x"))`,
			[]string{"s open", `s error {"code":4000,"text":"bye"} websocket: close 4000: bye`, "s close 4000", "101 S/close?code=4000&reason=bye  "}},
		{"without a code", "/close", `{}`, `s.on("open", () => s.send("x"))`,
			[]string{"s open", `s error {"code":1005,"text":""} websocket: close 1005 (no status)`, "s close 1005", "101 S/close  "}},
		{"without a close", "/drop", `{}`, `s.on("open", () => s.send("x"))`,
			[]string{"s open", `s error {"code":1006,"text":"unexpected EOF"} websocket: close 1006 (abnormal closure): unexpected EOF`, "s close 1006", "101 S/drop  "}},
		{"ping", "/ping", `{}`, `s.on("open", () => s.send("x")); s.on("message", () => s.close(1000))`,
			[]string{"s open", "s ping", "s message x", "s close 1000", "101 S/ping  "}},
		{"pieces", "/pieces?n=2", `{}`, `s.on("open", () => s.send("abcd")); s.on("message", () => s.close())`,
			[]string{"s open", "s ping", "s message abcd", "s close 1001", "101 S/pieces?n=2  "}},
		{"compressed", "/deflate", `{compression: "deflate"}`, `s.on("open", () => s.send("x".repeat(20))); s.on("message", () => s.close())`,
			[]string{"s open", "s message xxxxxxxxxxxxxxxxxxxx", "s close 1001", "101 S/deflate  "}},
		{"refused", "/no", `{}`, ``, []string{"403  go away "}},
		{"lies", "/lie", `{}`, ``, []string{"101   websocket: bad handshake"}},
		{"throws in a handler", "/echo", `{}`, `s.on("open", () => { throw new Error("boo") })`,
			[]string{"s open", "s close 1001", "threw Error: boo"}},
		{"throws outside", "/echo", `{}`, `throw new Error("boo")`,
			[]string{"s close 1001", "threw Error: boo"}},
		{"wrong compression", "/echo", `{compression: "zip"}`, ``,
			[]string{"threw Error: unsupported compression algorithm 'zip', supported algorithm is 'deflate'"}},
		{"no number of milliseconds", "/echo", `{}`, `s.setTimeout(() => 0, 0)`,
			[]string{"s close 1001", "threw Error: setTimeout requires a >0 timeout parameter, received 0.00"}},
	}
	for _, tt := range tests {
		p := session{script: tell + fmt.Sprintf(`export default function () {
			try {
				const res = ws.connect(S + %q, %s, s => { tell(s, "s"); %s });
				console.log(res.status, res.url, res.body, res.error);
			} catch (e) { console.log("threw " + e); }
		}`, tt.path, tt.params, tt.act)}.run(t)
		heard(t, tt.name, p, tt.want...)
	}
}

// URLs that are none, and a server that is not there: no exception, but with the option throw.
func TestLegacyFailures(t *testing.T) {
	p := session{script: `export default function () {
		for (const u of ["http://a/", "ws:", "", undefined, "wss://" + S.slice(5) + "/echo", "ws://127.0.0.1:1/"]) {
			const res = ws.connect(u, null, () => {});
			console.log(res.status, res.url, res.error);
		}
		for (const args of [[S], [S, null], [S, null, 5]]) try { ws.connect(...args) } catch (e) { console.log(String(e)) }
		const res = ws.connect(S + "/echo", s => s.on("open", () => s.close()));
		console.log(res.status, res.headers.Upgrade, res.headers["Set-Cookie"]);
	}`}.run(t)
	const usage = "TypeError: ws.connect(url, params, fn): fn must be a function"
	heard(t, "failures", p, "0  malformed ws or wss URL", "0  malformed ws or wss URL", "0  malformed ws or wss URL", "0  malformed ws or wss URL",
		"0  tls: first record does not look like a TLS handshake", "0  dial tcp 127.0.0.1:1: connect: connection refused",
		usage, usage, usage, "101 websocket from=server; Path=/")
	var rows []string
	for _, r := range p.Rows {
		rows = append(rows, fmt.Sprintf("%s %s %d/%d", r.Method, strings.ReplaceAll(r.Name, strings.TrimPrefix(p.url, "ws://"), "H"), r.Count, r.Failures))
	}
	if got, want := strings.Join(rows, ", "), "WS ws://127.0.0.1:1/ 1/1, WS ws://H/echo 1/0, WS wss://H/echo 1/1"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
}

// The timers of a socket, which run only while it is open.
func TestLegacyTimers(t *testing.T) {
	p := session{script: `export default function () {
		let n = 0;
		ws.connect(S + "/echo", s => {
			s.setInterval(() => { console.log("tick", ++n); if (n === 3) s.close(); }, 5);
			s.setTimeout(() => console.log("once"), 1);
			s.setTimeout(() => console.log("never"), 1e6);
		});
	}`}.run(t)
	heard(t, "timers", p, "once", "tick 1", "tick 2", "tick 3")
}

// What the metrics say of k6/ws, with tags.
func TestLegacyMetrics(t *testing.T) {
	p := session{script: `export default function () {
		ws.connect(S + "/echo", { tags: { kind: "chat", name: "room" }, headers: { "Sec-WebSocket-Protocol": "a, b" } }, s => {
			s.on("open", () => { s.send("a"); s.sendBinary(new ArrayBuffer(3)); s.ping(); });
			s.on("pong", () => s.close());
		});
		ws.connect(S + "/no", null, s => {});
	}`, iterations: 2, series: []string{
		"ws_sessions{status:101}", "ws_sessions{status:403}", "ws_sessions{kind:chat}", "ws_sessions{subproto:b}", "ws_sessions{url:room}", "ws_sessions{scenario:default}",
		"ws_msgs_sent{kind:chat}",
	}}.run(t)
	sums(t, p, map[string]float64{
		"ws_sessions": 4, "ws_sessions{status:101}": 2, "ws_sessions{status:403}": 2, "ws_sessions{kind:chat}": 2, "ws_sessions{subproto:b}": 2,
		"ws_sessions{url:room}": 2, "ws_sessions{scenario:default}": 4, "ws_msgs_sent": 4, "ws_msgs_sent{kind:chat}": 4, "ws_msgs_received": 4,
	})
	p.counts(t, map[string]int64{"ws_connecting": 4, "ws_session_duration": 4, "ws_ping": 2, "data_sent": 2})
	// Two handshakes and five frames.
	if in, out := p.state.Find("data_received").Values.Sum, p.state.Find("data_sent").Values.Sum; in < 400 || out < 400 || in > 4000 || out > 4000 {
		t.Errorf("%v bytes received, %v sent", in, out)
	}
}

// Cookies of the user's jar, or of one that is given, go with the handshake, and those of the answer are kept.
func TestSocketCookies(t *testing.T) {
	p := session{script: `
		const ask = (params) => ws.connect(S + "/head", params, s => { s.on("open", () => s.send("?")); s.on("message", m => { console.log(JSON.parse(m).Cookie.join()); s.close(); }); });
		export default function () {
			const H = S.replace("ws", "http") + "/";
			http.cookieJar().set(H, "mine", "1");
			ask();
			ask();
			const jar = new http.CookieJar();
			jar.set(H, "other", "2");
			ask({ jar });
			console.log(Object.keys(http.cookieJar().cookiesForURL(H)).sort().join());
		}`}.run(t)
	heard(t, "cookies", p, "mine=1", "mine=1; from=server", "other=2", "from,mine")
}

// show logs all events of a WebSocket w under a name.
const show = `
function show(w, name) {
  const text = e => [e.data === undefined ? "" : typeof e.data === "string" ? e.data : e.data.constructor.name + " " + (e.data.size ?? e.data.byteLength), e.error ?? "", e.code ?? "", e.reason ?? ""].filter(t => t !== "").join(" ");
  for (const t of ["open", "message", "ping", "pong", "close", "error"]) w.addEventListener(t, e => console.log([name, t, w.readyState, text(e)].join(" ").trim()));
}
`

// The events of a WebSocket in their order. All of it is as k6 has it, as seen by running it, but for the code 1006 of
// connections that never were, where k6 gives none.
func TestWebSocketEvents(t *testing.T) {
	tests := []struct {
		name, make, act string
		want            []string
	}{
		{"messages", `S + "/echo"`, `w.onopen = () => { w.send("hi"); w.send(new Uint8Array([1, 2])); w.send(new Uint16Array([3, 4]).buffer); w.send(new Blob(["abc"])); w.ping(); }; w.onpong = () => w.close()`,
			[]string{"w open 1", "w message 1 hi", "w message 1 Blob 2", "w message 1 Blob 4", "w message 1 Blob 3", "w pong 2", "w close 3 1000"}},
		{"buffers", `S + "/echo"`, `w.binaryType = "arraybuffer"; w.onopen = () => w.send(new Uint8Array(3)); w.onmessage = () => w.close(4001, "why")`,
			[]string{"w open 1", "w message 2 ArrayBuffer 3", "w error 3 websocket: close 4001: why", "w close 3 4001 why"}},
		{"subprotocol", `S + "/echo", ["a", "b"]`, `w.onopen = () => { console.log(w.protocol, JSON.stringify(w.extensions)); w.close(); }`,
			[]string{`b []`, "w open 2", "w close 3 1000"}},
		{"compressed", `S + "/deflate", null, { compression: "deflate" }`, `w.onopen = () => { console.log(w.extensions.length); w.send("y".repeat(9)); }; w.onmessage = () => w.close()`,
			[]string{"1", "w open 1", "w message 2 yyyyyyyyy", "w close 3 1000"}},
		{"server closes", `S + "/close?code=1001&reason=bye"`, `w.onopen = () => w.send("x")`,
			[]string{"w open 1", "w close 3 1001 bye"}},
		{"with a code of its own", `S + "/close?code=4000&reason=bye"`, `w.onopen = () => w.send("x")`,
			[]string{"w open 1", "w error 3 websocket: close 4000: bye", "w close 3 4000 bye"}},
		{"without a close", `S + "/drop"`, `w.onopen = () => w.send("x")`,
			[]string{"w open 1", "w error 3 websocket: close 1006 (abnormal closure): unexpected EOF", "w close 3 1006 unexpected EOF"}},
		{"ping", `S + "/ping"`, `w.onopen = () => w.send("x"); w.onmessage = () => w.close()`,
			[]string{"w open 1", "w ping 1", "w message 2 x", "w close 3 1000"}},
		{"pieces", `S + "/pieces?n=3"`, `w.onopen = () => w.send("xyz"); w.onmessage = () => w.close()`,
			[]string{"w open 1", "w ping 1", "w ping 1", "w message 2 xyz", "w ping 2", "w close 3 1000"}},
		{"closed before it is open", `S + "/echo"`, `w.close(3000)`,
			[]string{"w error 3 websocket: close 3000", "w close 3 3000"}},
		{"refused", `S + "/no"`, ``, []string{"w error 3 websocket: bad handshake", "w close 3 1006"}},
		{"nobody there", `"ws://127.0.0.1:1/"`, ``, []string{"w error 3 dial tcp 127.0.0.1:1: connect: connection refused", "w close 3 1006"}},
	}
	for _, tt := range tests {
		p := session{script: show + fmt.Sprintf(`export default function () { const w = new WebSocket(%s); show(w, "w"); %s }`, tt.make, tt.act)}.run(t)
		heard(t, tt.name, p, tt.want...)
	}
}

// What a WebSocket has and refuses.
func TestWebSocketObject(t *testing.T) {
	tests := []struct{ expr, want string }{
		{`[WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED, w.OPEN]`, `[0,1,2,3,1]`},
		{`w instanceof WebSocket`, `true`},
		{`[w.url.replace(S, ""), w.readyState, w.bufferedAmount, w.binaryType, w.protocol]`, `["/echo",1,0,"blob",""]`},
		{`(w.send("12345"), w.bufferedAmount <= 5)`, `true`},
		{`w.readyState = 3`, `TypeError: Cannot assign to read only property 'readyState'`},
		{`w.binaryType = "x"`, `TypeError: unknown binaryType x, the supported ones are "blob" and "arraybuffer"`},
		{`w.onclose`, `null`},
		{`(w.onerror = () => 1, w.onerror())`, `1`},
		{`(w.onerror = null, w.onerror)`, `null`},
		{`w.onopen = 5`, `TypeError: a value for 'onopen' should be callable`},
		{`w.send(5)`, `TypeError: send: 5 is no string, ArrayBuffer, view or Blob`},
		{`w.send()`, `TypeError: send: undefined is no string, ArrayBuffer, view or Blob`},
		{`w.close(1001)`, `InvalidAccessError: close: the code must be 1000, or between 3000 and 4999; 1001 is neither`},
		{`w.close(1000, "é".repeat(62))`, `SyntaxError: close: the reason must not be longer than 123 bytes`},
		{`w.addEventListener("open", 5)`, `TypeError: addEventListener(event, fn): fn must be a function`},
		{`w.addEventListener("nope", () => 0)`, `undefined`},
		{`WebSocket.prototype.send.call({}, "x")`, `TypeError: this is no WebSocket`},
		{`new WebSocket()`, `TypeError: new WebSocket(url): the URL is missing`},
		{`new WebSocket("http://a/")`, `SyntaxError: new WebSocket("http://a/"): malformed ws or wss URL`},
		{`new WebSocket("http://u:p@a/")`, `SyntaxError: new WebSocket("http://****:****@a/"): malformed ws or wss URL`},
		{`new WebSocket(S + "/#x")`, `SyntaxError: new WebSocket("S/#x"): the URL must have no fragment`},
		{`new WebSocket(S, null, { compression: "zip" })`, `Error: unsupported compression algorithm 'zip', supported algorithm is 'deflate'`},
		{`(w.close(), [w.readyState, w.close()])`, `[2,null]`},
		{`w.send("x")`, `InvalidStateError: send: the WebSocket is CLOSING, it must be OPEN`},
		{`w.ping()`, `InvalidStateError: ping: the WebSocket is CLOSING, it must be OPEN`},
	}
	var b strings.Builder
	b.WriteString("export default function () { const w = new WebSocket(S + '/echo'); let v; w.addEventListener('open', () => {\n")
	var want []string
	for _, tt := range tests {
		fmt.Fprintf(&b, "try { v = JSON.stringify(%s) } catch (e) { v = e } console.log(String(v));\n", tt.expr)
		want = append(want, tt.want)
	}
	b.WriteString("}) }")
	heard(t, "object", session{script: b.String()}.run(t), want...)
}

// Handlers: the property's comes first, listeners are called once however often they are added, and can be taken away.
func TestWebSocketListeners(t *testing.T) {
	p := session{script: `export default function () {
		const w = new WebSocket(S + "/echo");
		const a = e => console.log("a", e.type, e.target === w, typeof e.timestamp), b = () => console.log("b"), gone = () => console.log("gone");
		w.addEventListener("open", a); w.addEventListener("open", a); w.addEventListener("open", gone); w.addEventListener("open", b);
		w.removeEventListener("open", gone); w.removeEventListener("close", gone);
		w.onopen = function () { console.log("on", this === w); w.close(); };
	}`}.run(t)
	heard(t, "listeners", p, "on true", "a open true number", "b")
}

// The iteration lasts until its WebSockets are closed, whether by the script or by the server.
func TestWebSocketKeepsIteration(t *testing.T) {
	p := session{script: `export default function () {
		const w = new WebSocket(S + "/echo");
		w.onopen = () => setTimeout(() => w.close(), 20);
		w.onclose = () => console.log("closed", __ITER);
	}`, iterations: 2}.run(t)
	heard(t, "kept", p, "closed 0", "closed 1")
	if n := p.run.Completed.Load(); n != 2 {
		t.Errorf("%d iterations", n)
	}
}

// An error ends the iteration with all that it has open, be it thrown by the function, by a handler or by a promise; the
// next iteration starts afresh.
func TestWebSocketErrors(t *testing.T) {
	got := session{script: show + `export default function () {
		const w = new WebSocket(S + "/echo");
		if (__ITER < 4) setTimeout(() => console.log("never"), 1e6);
		switch (__ITER) {
		case 0: throw new Error("at once");
		case 1: w.onopen = () => { throw new Error("in open") }; return;
		case 2: w.onopen = async () => { throw new Error("in a promise") }; return;
		case 3: setTimeout(() => { throw new Error("in a timer") }, 1); return;
		}
		w.onopen = () => w.close();
		w.onclose = () => console.log("done");
	}`, iterations: 5, users: 3}.run(t)
	counts := map[string]int64{}
	for _, e := range got.Exceptions {
		counts[e.Message] += e.Count
	}
	for _, text := range []string{"at once", "in open", "in a promise", "in a timer"} {
		if counts[text] != 3 {
			t.Errorf("%d x %s, want 3: %v", counts[text], text, counts)
		}
	}
	done := 0
	for _, line := range got.lines {
		if line == "INFO done" {
			done++
		}
		if line == "INFO never" {
			t.Error("a timer outlives its iteration")
		}
	}
	if done != 3 {
		t.Errorf("%d users got to the end; log:\n%s", done, strings.Join(got.lines, "\n"))
	}
}

// The metrics of k6/websockets count pings and closes as messages, as k6 does.
func TestWebSocketMetrics(t *testing.T) {
	p := session{script: `export default function () {
		const w = new WebSocket(S + "/echo", "b", { tags: { kind: "chat" } });
		w.onopen = () => { w.send("a"); w.send(new ArrayBuffer(2)); w.ping(); };
		w.onpong = () => w.close();
		const refused = new WebSocket(S + "/no", null, { tags: { name: "refused" } });
	}`, iterations: 2, users: 5, series: []string{"ws_sessions{kind:chat}", "ws_sessions{subproto:b}", "ws_sessions{name:refused}", "ws_sessions{status:403}", "ws_msgs_sent{kind:chat}"}}.run(t)
	sums(t, p, map[string]float64{
		"ws_sessions": 20, "ws_sessions{kind:chat}": 10, "ws_sessions{subproto:b}": 10, "ws_sessions{name:refused}": 10, "ws_sessions{status:403}": 10,
		"ws_msgs_sent": 40, "ws_msgs_sent{kind:chat}": 40, "ws_msgs_received": 20,
	})
	p.counts(t, map[string]int64{"ws_connecting": 20, "ws_session_duration": 10, "ws_ping": 10})
	for _, r := range p.Rows {
		if want := map[string]uint64{"refused": 10, p.url + "/echo": 0}[r.Name]; r.Method != "WS" || r.Count != 10 || uint64(r.Failures) != want {
			t.Errorf("row %s %s: %d, %d failures", r.Method, r.Name, r.Count, r.Failures)
		}
	}
}

// Many users with many messages at once: each gets its own, in their order.
func TestWebSocketMany(t *testing.T) {
	p := session{users: 20, iterations: 2, script: `export default function () {
		for (let s = 0; s < 3; s++) {
			const w = new WebSocket(S + "/echo");
			let next = 0;
			w.onopen = () => { for (let i = 0; i < 50; i++) w.send(__VU + "-" + s + "-" + i) };
			w.onmessage = e => { if (e.data !== __VU + "-" + s + "-" + next++) console.log("wrong", e.data); if (next === 50) w.close(); };
		}
		let n = 0;
		ws.connect(S + "/flood?n=100", s => { s.on("open", () => s.send("x")); s.on("message", () => { if (++n === 100) s.close() }) });
	}`}.run(t)
	heard(t, "many", p)
	sums(t, p, map[string]float64{"ws_msgs_received": 20 * 2 * (3*50 + 100)})
}

// A hard stop ends sockets at once in whatever they are at, and nothing of the script goes on.
func TestSocketsKilled(t *testing.T) {
	for name, script := range map[string]string{
		"open":         `new WebSocket(S + "/echo").onopen = () => console.log("up")`,
		"legacy":       `ws.connect(S + "/echo", s => { s.on("open", () => console.log("up")); s.on("close", () => console.log("closed")); }); console.log("back");`,
		"closing":      `const w = new WebSocket(S + "/deaf"); w.onopen = () => { w.close(); console.log("up"); }; w.onclose = () => console.log("closed")`,
		"busy":         `const w = new WebSocket(S + "/flood?n=100000"); w.onopen = () => { w.send("x"); console.log("up"); for (;;); }`,
		"flooded":      `const w = new WebSocket(S + "/flood?n=100000"); w.onopen = () => { w.send("x"); console.log("up"); }`,
		"in a task":    `const w = new WebSocket(S + "/echo"); w.onopen = () => { console.log("up"); ws.connect(S + "/echo", s => {}); console.log("back"); }`,
		"in a promise": `(async () => { const w = new WebSocket(S + "/echo"); await new Promise(r => w.onopen = r); console.log("up"); await new Promise(r => w.onclose = r); console.log("closed"); })()`,
	} {
		p := session{script: "export default function () { " + script + "; }", users: 3, watch: func(p *played) {
			for late := time.Now().Add(20 * time.Second); len(p.said("INFO")) < 3 && time.Now().Before(late); {
				time.Sleep(time.Millisecond)
			}
		}}.run(t)
		heard(t, name, p, "up", "up", "up")
		if n := p.run.Interrupted.Load(); n != 3 {
			t.Errorf("%s: %d iterations interrupted", name, n)
		}
	}
}

// At the top level there is no load.
func TestSocketsAtTopLevel(t *testing.T) {
	p := session{script: `
		if (__VU) for (const f of [() => new WebSocket(S), () => ws.connect(S, () => {})]) try { f() } catch (e) { console.log(String(e)) }
		export default function () {}`}.run(t)
	heard(t, "top", p, "Error: WebSocket cannot be used at the top level of the script: use it in the default function, setup or teardown",
		"Error: ws.connect cannot be used at the top level of the script: use it in the default function, setup or teardown")
}

// Blob is the platform's, without streams.
func TestBlob(t *testing.T) {
	tests := []struct{ expr, want string }{
		{`[b.size, b.type]`, `[7,"text/x"]`},
		{`await b.text()`, `"abcd€"`},
		{`(await b.arrayBuffer()).byteLength`, `7`},
		{`Array.from(await b.slice(0, 3).bytes())`, `[97,98,99]`},
		{`await b.slice(1, 4, "Q/r").text()`, `"bcd"`},
		{`b.slice(1, 4, "Q/r").type`, `"q/r"`},
		{`await b.slice(-6, -4).text()`, `"bc"`},
		{`b.slice(4, 2).size`, `0`},
		{`b.slice(NaN, 99).size`, `7`},
		{`new Blob().size`, `0`},
		{`await new Blob([1, null, new Blob(["x"]), new DataView(new ArrayBuffer(1), 0, 0)]).text()`, `"1nullx"`},
		{`b instanceof Blob`, `true`},
		{`new Blob("ab")`, `TypeError: the parts of a Blob must be an object, not ab`},
		{`Blob.prototype.text.call({})`, `TypeError: this is no Blob`},
	}
	var b strings.Builder
	b.WriteString("export default async function () { const b = new Blob(['ab', new Uint8Array([99]), new Blob(['d']), '€'], { type: 'Text/X' }); let v;\n")
	var want []string
	for _, tt := range tests {
		fmt.Fprintf(&b, "try { v = JSON.stringify(%s) } catch (e) { v = e } console.log(String(v));\n", tt.expr)
		want = append(want, tt.want)
	}
	b.WriteString("}")
	heard(t, "blob", session{script: b.String()}.run(t), want...)
}
