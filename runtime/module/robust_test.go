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
		{"map", `const f = () => [1].map(f); f()`},
		{"sort", `const f = () => { [2, 1].sort(f); return 0 }; f()`},
		{"reduce", `const f = () => [2, 1].reduce(f); f()`},
		{"replace", `const f = () => "x".replace(/x/, f); f()`},
		{"getter", `const o = { get a() { return this.a } }; o.a`},
		{"setter", `const o = { set a(v) { this.a = v } }; o.a = 1`},
		{"toString", `const o = { toString() { return "" + this } }; "" + o`},
		{"valueOf", `const o = { valueOf() { return +this } }; +o`},
		{"toPrimitive", `const o = { [Symbol.toPrimitive]() { return ` + "`${this}`" + ` } }; "" + o`},
		{"toJSON", `const o = { toJSON() { return JSON.stringify(this) } }; JSON.stringify(o)`},
		{"reviver", `const f = () => JSON.parse("1", f); f()`},
		{"proxy get", `const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x`},
		{"proxy of apply", `const p = new Proxy(() => 1, { apply: () => p() }); p()`},
		{"proxy has", `const p = new Proxy({}, { has: (t, k) => k in p }); "x" in p`},
		{"constructor", `class A { constructor() { new A() } } new A()`},
		{"Reflect.construct", `class A { constructor() { Reflect.construct(A, []) } } new A()`},
		{"bind", `let f = () => g(); const g = f.bind(null).bind(null); g()`},
		{"call", `const f = () => f.call(null); f()`},
		{"apply", `const f = () => Reflect.apply(f, null, []); f()`},
		{"iterator", `const o = { [Symbol.iterator]: () => [...o] }; [...o]`},
		{"generator", `function* g() { yield* g() } [...g()]`},
		{"instanceof", `const o = { [Symbol.hasInstance]: x => x instanceof o }; 1 instanceof o`},
		{"species", `class A extends Array { static get [Symbol.species]() { return new A(1).map(x => x) } } new A(1).map(x => x)`},
		{"tag", `const o = { get [Symbol.toStringTag]() { return String(this) } }; String(o)`},
		{"spread getter", `const o = { get a() { return { ...this } } }; ({ ...o })`},
		{"native verdict", `const f = () => this.client.get("/", f); f()`},
		{"native named", `const f = () => this.client.named("x", f); f()`},
		{"native measure", `const f = () => this.measure("x", "y", f); f()`},
		{"native options", `const o = { get name() { return this.c.get("/", o) }, c: this.client }; this.client.get("/", o)`},
		{"native headers", `const h = { toString: () => this.client.get("/", { headers: { h } }) }; this.client.get("/", { headers: { h } })`},
		{"console", `const o = { get a() { console.log(o); return 1 }, toString() { console.log("" + o) } }; console.log("" + o)`},
		{"context", `this.context = () => { this.client.get("/") }; this.client.get("/")`},
		{"thenable", `const o = { then(f) { f(o) } }; for (let i = 0; i < 20000; i++) o.then(() => 0); const f = () => f() + 1; f()`},
		{"async", `const f = async () => await f(); await f()`},
		{"deep array to text", `let a = []; for (let i = 0; i < 300000; i++) a = [a]; String(a)`},
		{"deep array to JSON", `let a = []; for (let i = 0; i < 300000; i++) a = [a]; JSON.stringify(a)`},
		{"deep JSON", `JSON.parse("[".repeat(300000) + "]".repeat(300000))`},
		{"deep flat", `let a = []; for (let i = 0; i < 300000; i++) a = [a]; a.flat(Infinity)`},
		{"deep bind", `let f = () => 1; for (let i = 0; i < 300000; i++) f = f.bind(null); f()`},
		{"deep proxy", `let f = {}; for (let i = 0; i < 300000; i++) f = new Proxy(f, {}); f.x`},
		{"deep console", `let a = []; for (let i = 0; i < 300000; i++) a = [a]; console.log(a)`},
		{"deep regexp", `new RegExp("(".repeat(300000) + ")".repeat(300000))`},
		{"deep code", `new Function("return " + "[".repeat(300000))`},
		{"deep code too", `new Function("return " + "-".repeat(300000) + "1")`},
		{"deep options", `let a = []; for (let i = 0; i < 300000; i++) a = [a]; this.client.get("/", { json: a })`},
		{"deep form", `let a = []; for (let i = 0; i < 300000; i++) a = [a]; this.client.post("/", { data: { a } })`},
		{"deep throw", `let a = []; for (let i = 0; i < 300000; i++) a = [a]; throw a`},
		{"deep cause", `let a = new Error("x"); for (let i = 0; i < 300000; i++) a = new Error("y", { cause: a }); throw a`},
		{"deep clone", `let a = []; for (let i = 0; i < 300000; i++) a = [a]; structuredClone(a)`},
		{"deep shared", `let a = []; for (let i = 0; i < 300000; i++) a = [a]; shared.map("m").set("a", a)`},
		{"deep prototype", `let a = {}; for (let i = 0; i < 300000; i++) a = Object.create(a); a.x`},
		{"deep promise", `let p = Promise.resolve(); for (let i = 0; i < 100000; i++) p = p.then(() => p2); const p2 = new Promise(f => f(p)); await p`},
		{"backtracking", `/^(a+)+$/.test("a".repeat(26) + "b")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := play{handler: site(), script: `let n = 0; export class U extends HttpUser { @task async t() { if (++n == 2) { await null; console.log("alive"); this.stop(); } ` + c.code + ` } }`}.do(t)
			said := p.said()
			if len(said) == 0 || said[len(said)-1] != "alive" {
				t.Errorf("the user did not go on: %s", p.text()[:min(len(p.text()), 2000)])
			}
			for _, e := range p.Exceptions {
				if strings.Contains(e.Message, "internal error") || strings.Contains(e.Traceback, "goroutine") || len(e.Traceback) > 1<<20 {
					t.Errorf("%.500s", e.Traceback)
				}
				t.Logf("%.100s (%d bytes)", e.Message, len(e.Traceback))
			}
		})
	}
}
