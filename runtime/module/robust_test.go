package module_test

import (
	"strings"
	"testing"
)

// TestEndlessRecursion: Go cannot recover from an overflow of its own stack, so every road to one must end in goja's
// own limit: an exceptions row and a user that goes on.
func TestEndlessRecursion(t *testing.T) {
	for _, c := range []struct{ name, code string }{
		{"function", `const f = () => f() + 1; f()`},
		{"forEach", `const f = () => [1].forEach(f); f()`},
		{"sort", `const f = () => { [2, 1].sort(f); return 0 }; f()`},
		{"replace", `const f = () => "x".replace(/x/, f); f()`},
		{"getter", `const o = { get a() { return this.a } }; o.a`},
		{"toString", `const o = { toString() { return "" + this } }; "" + o`},
		{"toJSON", `const o = { toJSON() { return JSON.stringify(this) } }; JSON.stringify(o)`},
		{"reviver", `const f = () => JSON.parse("1", f); f()`},
		{"proxy get", `const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x`},
		{"proxy of apply", `const p = new Proxy(() => 1, { apply: () => p() }); p()`},
		{"constructor", `class A { constructor() { new A() } } new A()`},
		{"bind", `let f = () => g(); const g = f.bind(null).bind(null); g()`},
		{"iterator", `const o = { [Symbol.iterator]: () => [...o] }; [...o]`},
		{"generator", `function* g() { yield* g() } [...g()]`},
		{"instanceof", `const o = { [Symbol.hasInstance]: x => x instanceof o }; 1 instanceof o`},
		{"tag", `const o = { get [Symbol.toStringTag]() { return String(this) } }; String(o)`},
		{"native verdict", `const f = () => this.client.get("/", f); f()`},
		{"native named", `const f = () => this.client.named("x", f); f()`},
		{"native measure", `const f = () => this.measure("x", "y", f); f()`},
		{"native options", `const o = { get name() { return this.c.get("/", o) }, c: this.client }; this.client.get("/", o)`},
		{"console", `const o = { get a() { console.log(o); return 1 }, toString() { console.log("" + o) } }; console.log("" + o)`},
		{"context", `this.context = () => { this.client.get("/") }; this.client.get("/")`},
		{"thenable", `const o = { then(f) { f(o) } }; for (let i = 0; i < 20000; i++) o.then(() => 0); const f = () => f() + 1; f()`},
		{"async", `const f = async () => await f(); await f()`},
		{"deep array to text", `let a = []; for (let i = 0; i < 5000; i++) a = [a]; String(a)`},
		{"deep array to JSON", `let a = []; for (let i = 0; i < 5000; i++) a = [a]; JSON.stringify(a)`},
		{"deep JSON", `JSON.parse("[".repeat(30000) + "]".repeat(30000))`},
		{"deep flat", `let a = []; for (let i = 0; i < 30000; i++) a = [a]; a.flat(Infinity)`},
		{"deep bind", `let f = () => 1; for (let i = 0; i < 5000; i++) f = f.bind(null); f()`},
		{"deep proxy", `let f = {}; for (let i = 0; i < 30000; i++) f = new Proxy(f, {}); f.x`},
		{"deep console", `let a = []; for (let i = 0; i < 30000; i++) a = [a]; console.log(a)`},
		{"deep regexp", `new RegExp("(".repeat(20000) + ")".repeat(20000))`},
		{"deep code", `new Function("return " + "[".repeat(5000))`},
		{"deep options", `let a = []; for (let i = 0; i < 5000; i++) a = [a]; this.client.get("/", { json: a })`},
		{"deep form", `let a = []; for (let i = 0; i < 5000; i++) a = [a]; this.client.post("/", { data: { a } })`},
		{"deep throw", `let a = []; for (let i = 0; i < 5000; i++) a = [a]; throw a`},
		{"deep cause", `let a = new Error("x"); for (let i = 0; i < 30000; i++) a = new Error("y", { cause: a }); throw a`},
		{"deep clone", `let a = []; for (let i = 0; i < 30000; i++) a = [a]; structuredClone(a)`},
		{"deep shared", `let a = []; for (let i = 0; i < 5000; i++) a = [a]; shared.map("m").set("a", a)`},
		{"deep prototype", `let a = {}; for (let i = 0; i < 30000; i++) a = Object.create(a); a.x`},
		{"deep promise", `let p = Promise.resolve(); for (let i = 0; i < 10000; i++) p = p.then(() => p2); const p2 = new Promise(f => f(p)); await p`},
		{"backtracking", `/^(a+)+$/.test("a".repeat(26) + "b")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := play{handler: site(), script: `let n = 0; export class U extends HttpUser { @task async t() { if (++n == 2) { await null; console.log("alive"); this.stop(); } ` + c.code + ` } }`}.do(t)
			said := p.said()
			if len(said) == 0 || said[len(said)-1] != "alive" {
				t.Errorf("the user did not go on: %s", p.text()[:min(len(p.text()), 2000)])
			}
			for _, e := range p.Exceptions {
				if strings.Contains(e.Message, "internal error") || strings.Contains(e.Traceback, "goroutine") || len(e.Traceback) > 20<<10 {
					t.Errorf("%.500s", e.Traceback)
				}
			}
		})
	}
}

// TestAfterOverflow: goja itself would never run a promise job again after an overflow in an async function.
func TestAfterOverflow(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		`const f = () => f() + 1; f()`,
		`await null; const f = async () => await f(); f()`,
		`await sleep(0); const f = () => [2, 1].sort(f); f()`,
		`function* g() { yield* g() } for (const x of g());`,
		`setTimeout(async () => { const f = () => f() + 1; f() }, 1); await new Promise(f => setTimeout(f, 20))`,
		`await this.client.async.get("/").then(() => { const f = () => f() + 1; f() })`,
		`await this.measure("a", "b", async () => { await null; const f = () => f() + 1; f() })`,
		`await this.client.async.get("/", () => { const f = () => f() + 1; f() })`,
	} {
		p := play{handler: site(), script: `let n = 0; export class U extends HttpUser { waitTime() { return 0.05 } @task async t() { if (++n == 2) { await null; await new Promise(f => setTimeout(f, 1)); console.log("alive"); this.stop(); } ` + code + ` } }`}.do(t)
		p.wants(t, "alive")
		if !strings.HasPrefix(p.thrown(), "1xMaximum call stack size exceeded") {
			t.Errorf("%s: %s", code, p.thrown())
		}
	}
}

// TestHostileValues: what the script hands to the engine may throw wherever it is looked at.
func TestHostileValues(t *testing.T) {
	t.Parallel()
	const hostile = `const bomb = name => { throw new Error(name) }; const evil = { toString: () => bomb("toString"), valueOf: () => bomb("valueOf"), [Symbol.toPrimitive]: () => bomb("primitive") };
		const trap = new Proxy(function () {}, { get: () => bomb("get"), has: () => bomb("has"), ownKeys: () => bomb("ownKeys"), getOwnPropertyDescriptor: () => bomb("own"), getPrototypeOf: () => bomb("proto"), apply: () => bomb("apply"), construct: () => bomb("construct") });
		const all = [evil, trap, Symbol("s"), 7n, null, undefined, NaN, -1, 1e300, "", [], {}, [[]], () => bomb("call"), class {}, new Proxy({}, {}), Object.create(null), new ArrayBuffer(3), new Uint8Array(2), /x/g, new Date(NaN), new Map([[1, 2]]), Promise.resolve(1)]; `
	t.Run("natives", func(t *testing.T) {
		p := play{handler: site(), script: hostile + `
			const calls = u => { const c = u.client, names = ["get", "head", "options", "delete", "post", "put", "patch", "request", "named", "rest", "rest_", "batch"];
				const options = ["name", "params", "headers", "json", "data", "files", "auth", "timeout", "redirects", "cookies", "catchResponse", "context"];
				return [...names.flatMap(n => [v => c[n](v), v => c[n]("/text", v), v => c[n]("GET", "/text", v), v => c[n]("/text", {}, v), v => c[n]([v]), v => c[n]([["GET", v, v]])]),
				...["get", "post", "request"].flatMap(n => [v => c.async[n](v), v => c.async[n]("/text", v), v => c.async[n]("/text", {}, v)]),
				...options.map(o => v => c.post("/text", { [o]: v })), v => c.post("/text", { files: { f: v } }), v => c.post("/text", { files: { f: { content: "x", filename: v, contentType: v } } }), v => c.post("/text", { headers: { x: v } }), v => c.post("/text", { params: { x: v } }), v => c.post("/text", { data: { x: [v] } }),
				v => { c.auth = v; c.auth = null }, v => { try { c.headers = v; c.get("/text") } finally { c.headers = {} } }, v => { c.headers.x = v; try { c.get("/text") } finally { delete c.headers.x } }, v => c.cookies.get(v), v => c.cookies.set(v, v), v => { c[v] },
				v => u.report(v), ...["type", "name", "responseTime", "responseLength", "error", "context"].map(o => v => u.report({ type: "T", name: "n", responseTime: 1, [o]: v })), v => u.measure(v, v, v), v => u.measure("a", "b", () => { throw v }), v => u.measure("a", "b", async () => { throw v }),
				v => sleep(v), v => setTimeout(v, v), v => setInterval(v, v), v => clearTimeout(v), v => setImmediate(v), v => queueMicrotask(v), v => open(v), v => open("x", v),
				v => events.request.on(v), v => events.request.off(v), v => events[v], v => { events.x = v }, v => environment.stats.get(v, v), v => environment.stats.total.percentile(v), v => { environment.processExitCode = v }, v => environment.parsedOptions[v],
				v => c.get("/text", r => r.failure(v)), v => c.get("/text", r => r.assert(v, v)), v => c.get("/text", r => r.assert(0, v)), v => c.get("/text", () => { throw v }), v => c.get("/text", async () => { throw v }), v => c.get("/text").headers.get(v), v => c.get("/text")[v], v => v in c.get("/text"), v => { c.get("/text").x = v },
				v => between(v, v), v => constant(v), v => constantPacing(v), v => constantThroughput(v), v => task(v), v => tag(v), v => transition(v, v), v => transitions(v), v => task(1)(v, v, v), v => tag("x")(v, v, v), v => transition("a")(v, v, v), v => transitions([v])(v, v, v),
				v => shared.counter(v, v), v => shared.map(v), v => shared.array(v, v), v => shared.csv(v, v), v => shared.json(v, v), v => log.info(v), v => Promise.reject(v), v => { new TaskSet(v).client }, v => new TaskSet(u).interrupt(v), v => u.scheduleTask?.(v), v => { throw v }] };
			let i = 0, list;
			export class U extends HttpUser { static http = { timeout: 5 }; @task async t() { list ??= calls(this); if (i == list.length) { console.log("alive"); this.stop(); } const f = list[i++]; for (const v of all) { try { await Promise.race([f(v), null]) } catch {} } } }`}.do(t)
		if said := p.said(); len(said) == 0 || said[len(said)-1] != "alive" || strings.Contains(p.text(), "internal error") || strings.Contains(p.text(), "goroutine ") {
			t.Errorf("%.3000s", p.text())
		}
	})
	for _, c := range []struct{ name, script string }{
		{"thrown values", `let i = 0; export class U extends User { @task t() { if (i == all.length) { console.log("alive"); this.stop(); } throw all[i++]; } }`},
		{"rejected values", `let i = 0; export class U extends User { @task async t() { if (i == all.length) { console.log("alive"); this.stop(); } await null; throw all[i++]; } }`},
		{"lost rejections", `let i = 0; export class U extends User { @task t() { if (i == all.length) { console.log("alive"); this.stop(); } Promise.reject(all[i++]); } }`},
		{"waits", `let i = 0; export class U extends User { waitTime() { setTimeout(() => this.stop(), 1); return all[i++]; } @task t() {} onStop() { console.log("alive"); } }`},
		{"getters of methods", `export class U extends User { get onStart() { bomb("onStart") } get waitTime() { this.stop() } get onStop() { console.log("alive"); bomb("x") } @task t() {} }`},
		{"task that is a getter", `export class U extends User { static tasks = { t: 1 }; n = 0; t() {} constructor() { super(); Object.defineProperty(this, "t", { get() { if (++this.n > 1) { console.log("alive"); this.stop() } bomb("t") } }) } }`},
		{"constructor", `let n = 0; class S extends TaskSet { constructor(p) { super(p); if (++n == 2) { console.log("alive"); throw new StopUser() } bomb("new") } @task x() {} } export class U extends User { static tasks = [S]; }`},
		{"endless constructor", `let n = 0; class S extends TaskSet { constructor(p) { super(p); if (++n > 3000) { console.log("alive"); throw new StopUser() } new S(p) } @task x() {} } export class U extends User { static tasks = [S]; }`},
		{"$control", `let n = 0; export class U extends User { @task t() { if (++n == 2) { console.log("alive"); this.stop() } throw { get $control() { bomb("control") } } } }`},
		{"$control of another kind", `let n = 0; export class U extends User { @task t() { if (++n == 2) { console.log("alive"); this.stop() } throw { $control: n == 1 ? evil : "interrupt", get reschedule() { bomb("re") } } } }`},
		{"context", `let n = 0; export class U extends HttpUser { context() { return all[n++] } @task t() { if (n >= all.length) { console.log("alive"); this.stop() } this.client.get("/text") } } events.request.on(e => JSON.stringify(e))`},
		{"schedule", `let n = 0; class S extends TaskSet { @task t() { if (n >= all.length) { console.log("alive"); this.user.stop() } this.scheduleTask(all[n++]) } } export class U extends User { static tasks = [S]; }`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := play{handler: site(), script: hostile + c.script}.do(t)
			if !strings.Contains(strings.Join(p.said(), "|"), "alive") || strings.Contains(p.text(), "internal error") {
				t.Errorf("%.3000s", p.text())
			}
		})
	}
}

// TestHostileClasses: neither may the classes themselves end the process while they are read.
func TestHostileClasses(t *testing.T) {
	for _, body := range []string{
		`static get weight() { throw new Error("bomb") }`, `static weight = Symbol("bomb")`, `static weight = { valueOf() { throw new Error("bomb") } }`, `static weight = "bomb"`, `static weight = { toString() { throw new Error("bomb") } }`,
		`static get fixedCount() { throw new Error("bomb") }`, `static fixedCount = Symbol("bomb")`, `static get host() { throw new Error("bomb") }`, `static host = { toString() { throw new Error("bomb") } }`,
		`static get http() { throw new Error("bomb") }`, `static get abstract() { throw new Error("bomb") }`, `static get $kind() { throw new Error("bomb") }`, `static tasks = { x: "bomb" }`, `static tasks = new Proxy([], { get() { throw new Error("bomb") } })`, `static tasks = 7 // bomb
		`, `static tasks = ["bomb"]`, `static tasks = [Symbol("bomb")]`, `static tasks = { t: 1.5 } // bomb
		`, `static tasks = new Map([["bomb", 1]])`, `static get weight() { const f = () => f() + 1; return f() } // bomb
		`, `static tasks = [class S extends TaskSet { static tasks = ["bomb"] }]`, `static tags = { t: Symbol("bomb") }; static tasks = ["bomb"]`,
	} {
		pl := play{script: `export class U extends HttpUser { t() {} @task x() {} ` + body + ` }`}
		if err := pl.setup(t).load(pl, "http://localhost"); err == nil {
			t.Errorf("%s: no error", body)
		}
	}
}
