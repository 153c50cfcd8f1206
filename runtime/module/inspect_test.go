package module

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dop251/goja"
)

// TestInspectHostile: what a script can think of neither hangs nor throws nor
// prints more than the limit. The time is far above what any of them takes.
func TestInspectHostile(t *testing.T) {
	for _, code := range []string{
		`let o = {}; for (let i = 0; i < 1e5; i++) o = {o}; console.log(o); console.dir(o, {depth: null})`,
		`let a = []; for (let i = 0; i < 1e5; i++) a = [a]; console.dir(a, {depth: Infinity})`,
		`const o = {}; for (let i = 0; i < 2e5; i++) o["key" + i] = i; console.log(o)`,
		`const f = d => d ? Array.from({length: 100}, () => f(d - 1)) : "text"; const x = f(2); console.log([x, [x, x, x, x, x]], ...Array.from({length: 50}, () => x))`,
		`console.log(new Array(4294967295), Object.assign(new Array(1e9), {5: 1, 999: 2}))`,
		`console.log(new Uint8Array(5e7), new ArrayBuffer(5e7))`,
		`console.log("x".repeat(1e7), {s: "y".repeat(1e7)}, ["\x00".repeat(1e6)], {["k".repeat(1e7)]: 1})`,
		`console.log(Symbol("x".repeat(1e6)), {[Symbol("y".repeat(1e6))]: 1}, new Error("z".repeat(1e6)))`,
		`console.log({get [Symbol.toStringTag]() { throw 1 }}, {get constructor() { throw 1 }}, new (class { static get name() { throw 1 } }))`,
		`console.log(new Proxy({}, {getPrototypeOf() { throw 1 }}), Object.create(new Proxy({}, {getPrototypeOf() { throw 1 }, get() { throw 2 }})))`,
		`const p = new Proxy({}, {getPrototypeOf() { return p }, getOwnPropertyDescriptor() { return undefined }}); console.log(Object.create(p))`,
		`let p = {}; for (let i = 0; i < 1000; i++) p = new Proxy(p, {}); console.log(p)`,
		`let p = {}; for (let i = 0; i < 1e4; i++) p = Object.create(p); console.log(p)`,
		`const e = new Error("x"); e.cause = e; console.log(e); Object.defineProperty(e, "stack", {get() { throw 1 }}); Object.defineProperty(e, "message", {get() { throw 1 }}); Object.defineProperty(e, "name", {get() { throw 1 }}); console.log(e, [e])`,
		`const e = new Error("x"); e.stack = {}; e.name = Symbol("n"); e.message = 5; console.log(e)`,
		`console.log({[Symbol.for("nodejs.util.inspect.custom")]() { throw 1 }}, {[Symbol.for("nodejs.util.inspect.custom")]() { return {a: this} }})`,
		`class M extends Map { get size() { throw 1 } entries() { throw 2 } [Symbol.iterator]() { throw 3 } }; console.log(new M([[1, 2]]))`,
		`Map.prototype.entries = () => ({[Symbol.iterator]() { return {next() { throw 1 }} }}); console.log(new Map([[1, 2]]))`,
		`console.log(new Map(Array.from({length: 1e5}, (_, i) => [{i}, {i}])), new Set(Array.from({length: 1e5}, (_, i) => "s" + i)))`,
		`console.log("%s %d %i %f %j %o %O", {toString() { throw 1 }}, {valueOf() { throw 1 }}, {toString() { throw 1 }}, Symbol(), 5n, new Proxy({}, {}), {})`,
		`console.log("%s", Object.create(null), Object.create({toString: 5}), new Proxy(() => 1, {}))`,
		`console.table(Array.from({length: 1e5}, (_, i) => ({["c" + i]: i, d: "x".repeat(100)}))); console.table(new Map([[1, 2]])); console.table([new Proxy({}, {ownKeys() { throw 1 }})])`,
		`for (let i = 0; i < 1e4; i++) console.group(); console.log("x\n".repeat(100))`,
		`delete globalThis.Symbol; delete globalThis.Object; delete globalThis.JSON; delete globalThis.Map; console.log({a: 1}, [1], "%j", new Date(0)); console.log("%j %d", {}, 1)`,
		`Object.prototype.get = () => 1; Object.prototype.value = 7; console.log({a: undefined, get b() { return 1 }}, [,])`,
		`Function.prototype.toString = Array.prototype.join = null; Object.getOwnPropertyDescriptor = () => { throw 1 }; console.log({a: 1}, [1, 2])`,
		`console.log(new Date(8.64e15), new Date(-8.64e15), Object.assign(new Date(NaN), {a: 1}), Date.prototype, RegExp.prototype, Map.prototype, Promise.prototype, Error.prototype, Symbol.prototype, URL.prototype)`,
		`console.log(globalThis); console.log(console); console.dir(console, {showHidden: true, depth: 5}); console.dir(globalThis, {showHidden: true, depth: 3})`,
		`const w = []; for (let i = 0; i < 1000; i++) w.push({i, w}); console.log(w)`,
		`console.time("x".repeat(1e6)); console.count("y".repeat(1e6)); console.assert(false, "%s", "z".repeat(1e6))`,
		`console.time({toString() { return "t" }}); console.trace(); console.dir(); console.table(); console.assert(); console.group("a", "b"); console.timeEnd("none"); console.countReset("none")`,
	} {
		vm, out := newConsole(t)
		watchdog := time.AfterFunc(20*time.Second, func() { vm.Interrupt("hangs") })
		if _, err := vm.RunString("{" + code + "}"); err != nil {
			t.Errorf("%s\n%v", code, err)
		}
		watchdog.Stop()
		for _, message := range out.messages {
			if len(message) > 8*maxMessage {
				t.Errorf("%s\na message of %d bytes", code, len(message))
			}
		}
	}
}

// TestInspectInterrupt: a getter that never ends can be interrupted, and the
// interrupt is not taken for an exception of the script.
func TestInspectInterrupt(t *testing.T) {
	vm, _ := newConsole(t)
	vm.Set("now", func(goja.FunctionCall) goja.Value { vm.Interrupt("stop"); return goja.Undefined() })
	_, err := vm.RunString(`console.log({get [Symbol.toStringTag]() { now(); for (;;); }})`)
	if _, ok := errors.AsType[*goja.InterruptedError](err); !ok {
		t.Errorf("got %v, want an interrupt", err)
	}
}

// TestInspectError: a real stack begins as Node's and names the script's lines.
func TestInspectError(t *testing.T) {
	vm, out := newConsole(t)
	_, err := vm.RunScript("test.js", `function f() { return new TypeError("bad") }
class MyError extends Error {}
console.log(f())
console.log({e: new MyError("own", {cause: "why"})})`)
	if err != nil {
		t.Fatal(err)
	}
	want := `TypeError: bad
    at f (test.js:1:23)
    at test.js:3:14
{
  e: MyError: own
      at test.js:4:17 {
    [cause]: 'why'
  }
}
`
	if got := out.text.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// FuzzInspect runs the script's text through console; whatever it does, only
// the script itself may throw.
func FuzzInspect(f *testing.F) {
	f.Add(`({a: [1, , new Map([[1, {}]])], get b() { throw 1 }})`)
	f.Add(`Object.assign(new Error("x", {cause: [1]}), {name: null})`)
	f.Add(`new Proxy(class A {}, {get() { throw 1 }})`)
	f.Add(`"a\u0000'\"` + "`" + `\ud800"`)
	f.Fuzz(func(t *testing.T, code string) {
		if len(code) > 1000 {
			return
		}
		vm, out := newConsole(t)
		watchdog := time.AfterFunc(time.Second, func() { vm.Interrupt("too long") })
		defer watchdog.Stop()
		v, err := vm.RunString(code)
		if err != nil {
			return
		}
		vm.Set("$v", v)
		if _, err := vm.RunString(`console.log($v); console.log("%s %o %d", $v, $v, $v); console.table($v)`); err != nil {
			if _, ok := errors.AsType[*goja.InterruptedError](err); !ok && !strings.Contains(err.Error(), "console") {
				t.Errorf("%s\n%v", code, err)
			}
		}
		for _, message := range out.messages {
			if len(message) > 8*maxMessage {
				t.Errorf("%s\na message of %d bytes", code, len(message))
			}
		}
	})
}
