package script

import (
	"strings"
	"testing"
)

// Everything people may write and what it has to do in goja.
var syntaxes = []struct{ name, code, want string }{
	{"async generator", `async function* g() { yield 1; yield await 2; } const it = g();
		it.next().then(x => log("" + x.value + x.done)); it.next().then(x => log("" + x.value)); it.next().then(x => log("" + x.done));`, "1false 2 true"},
	{"async generator method", `class A { x = 7; async *m() { yield this.x; } } new A().m().next().then(r => log("" + r.value));`, "7"},
	{"for await", `(async () => { for await (const x of [1, Promise.resolve(2)]) log("" + x); })();`, "1 2"},
	{"for await over own iterator", `const o = { async *[Symbol.asyncIterator]() { yield "a"; yield "b"; } };
		(async () => { for await (const x of o) log(x); })();`, "a b"},
	{"top-level await", `const x = await Promise.resolve("late"); log(x); export class U {}`, "late"},
	{"top-level for await", `for await (const x of [1, 2]) log("" + x);`, "1 2"},
	{"decorator", `function d(v, c) { log(c.kind + ":" + c.name); return v; } class A { @d m() { return 1; } @d f = 2; } log("" + new A().m());`, "method:m field:f 1"},
	{"class decorator", `function d(v, c) { return class extends v { y = 2; }; } @d class A { x = 1; } const a = new A(); log("" + a.x + a.y);`, "12"},
	{"decorator with argument, replaced method", `const twice = (n) => (m) => function (...a) { return n * m.apply(this, a); }; class A { x = 3; @twice(5) m() { return this.x; } } log("" + new A().m());`, "15"},
	{"decorator metadata is inherited", `function t(v, c) { (c.metadata.tasks ??= []).push(c.name); }
		class A { @t a() {} } class B extends A { @t b() {} }
		log(A[Symbol.metadata].tasks.join()); log(String(Object.getPrototypeOf(B[Symbol.metadata]) === A[Symbol.metadata]));`, "a,b true"},
	{"accessor", `class A { accessor x = 1; } const a = new A(); a.x++; log("" + a.x);`, "2"},
	{"using", `{ using r = { [Symbol.dispose]() { log("disposed"); } }; log("in"); } log("out");`, "in disposed out"},
	{"await using", `(async () => { await using r = { async [Symbol.asyncDispose]() { log("disposed"); } }; log("in"); })();`, "in disposed"},
	{"private names", `class A { #x = 1; static #n = 0; #m() { return this.#x; } get #g() { return 2; } static has(o) { return #x in o; } sum() { return this.#m() + this.#g + ++A.#n; } } log("" + new A().sum() + A.has({}));`, "4false"},
	{"static block", `class A { static x; static { this.x = 5; } } log("" + A.x);`, "5"},
	{"operators", `let a = { n: null }; a.n ??= 1; a.b ||= 2; a.b &&= 3; log("" + a?.b + a.c?.d?.[1]?.(2) + (null ?? 4) + 2 ** 3 + 10n ** 2n + 1_000);`, "3undefined481001000"},
	{"rest and spread", `const { a, ...r } = { a: 1, b: 2 }; const f = (x = 1, ...y) => x + y.length; log(JSON.stringify({ ...r, z: f(...[5, 6]) }));`, `{"b":2,"z":6}`},
	{"generators", `function* g() { const x = yield* [1, 2]; return x; } log([...g()].join());`, "1,2"},
	{"regular expressions", "log(/(?<=a)(?<y>.)/s.exec('ab').groups.y + /\\u{1F600}/u.test('\\u{1F600}'));", "btrue"},
	{"letters beyond ASCII", "const größe = `日本${1}`; log(größe + 'é\\u{1F600}' + String.raw`ü`);", "日本1é\U0001F600ü"},
	{"arguments in an arrow only", `function f() { return (() => arguments[0] + (() => arguments.length)())(); } log("" + f(5, 6)); class A { m() { return [1].map(() => arguments[0])[0]; } } log("" + new A().m(7));`, "7 7"},
	{"strict mode", `function f() { return this; } let e = ""; try { undeclared = 1; } catch (x) { e = x.name; } log(String(f()) + e);`, "undefinedReferenceError"},
	{"this at the top of a module", `export {}; log(String(this));`, "undefined"},
	{"hashbang", "#!/usr/bin/env katydid\nlog('ok');", "ok"},
	{"dynamic import of a builtin", `import("katydid").then(m => log(typeof m.between));`, "function"},
	{"NODE_ENV and global", `log(process.env.NODE_ENV + (global === globalThis));`, "productiontrue"},
	{"unsupported regexp flag fails when used", `let e = ""; try { /[\p{L}--[a-z]]/v.test("x"); } catch (x) { e = x.name; } log(e);`, "SyntaxError"},
	{"a $k of one's own", `const $k = 5; log("" + $k);`, "5"},
}

func TestSyntax(t *testing.T) {
	for _, c := range syntaxes {
		t.Run(c.name, func(t *testing.T) {
			s, warnings, err := FromSource("a.js", c.code, Options{Builtins: builtins})
			if err != nil {
				t.Fatal(err)
			}
			for i := range warnings {
				t.Errorf("warning: %v", &warnings[i])
			}
			if got := run(t, s); got != c.want {
				t.Errorf("logged %q, want %q", got, c.want)
			}
		})
	}
}

func TestAsyncOnlyForTopLevelAwait(t *testing.T) {
	for code, want := range map[string]bool{
		`export const x = await 1;`:                    true,
		`for await (const x of []) {}`:                 true,
		`export async function f() { await 1; }`:       false,
		`export const f = async () => { await null };`: false,
		`await using x = null;`:                        true,
	} {
		s, _, err := FromSource("a.js", code, Options{})
		if err != nil {
			t.Errorf("%s: %v", code, err)
		} else if s.Async != want {
			t.Errorf("%s: Async = %v", code, s.Async)
		}
	}
}

func TestSymbolsAreDefinedOnlyWhenUsed(t *testing.T) {
	for code, want := range map[string]string{
		`export const x = 1;`:                               "undefined",
		`export const x = Symbol.asyncIterator;`:            "symbol",
		`for (const x of []) ;`:                             "undefined",
		`export const x = { [Symbol.asyncIterator]() {} };`: "symbol",
	} {
		s, _, err := FromSource("a.js", code, Options{})
		if err != nil {
			t.Fatal(err)
		}
		h := newHost(t)
		if _, err := s.Call(h.vm, h.k); err != nil {
			t.Fatal(err)
		}
		if v, err := h.vm.RunString("typeof Symbol.asyncIterator"); err != nil || v.String() != want {
			t.Errorf("%s: %v %v, want %s", code, v, err, want)
		}
	}
}

// TestHelpersAreReplaced fails when esbuild words its helpers differently, so
// that every VM pays for what cheapen avoids.
func TestHelpersAreReplaced(t *testing.T) {
	s := load(t, write(t, map[string]string{
		"a.js": `import * as me from "./a.js"; import c from "./c.js"; function d() {} export class A { @d m() { return [me, c]; } }`,
		"c.js": `exports.c = 1;`}), "a.js")
	fn, err := newHost(t).vm.RunProgram(s.Program)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range helpers {
		if strings.Contains(fn.String(), h.old) || !strings.Contains(fn.String(), h.new) {
			t.Errorf("not replaced:\n%s", h.old)
		}
		if strings.Count(h.old, "\n") != strings.Count(h.new, "\n") {
			t.Errorf("the line count differs:\n%s", h.new)
		}
	}
}

func TestSymbolIsTheScriptsOwn(t *testing.T) {
	h := newHost(t)
	s, _, err := FromSource("a.js", `export const m = Symbol.metadata, i = Symbol.iterator;`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Call(h.vm, h.k); err != nil {
		t.Fatal(err)
	}
	if got := h.exports["a.js"].Get("m"); got != Symbol("metadata") {
		t.Errorf("Symbol.metadata is %v", got)
	}
	if Symbol("none") != nil {
		t.Error("an unknown name has a symbol")
	}
}
