package k6data_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dop251/goja"

	"katydid/runtime/k6data"
)

var inInit = k6data.Host{Init: func() bool { return true }, Resolve: func(path string) string { return "/dir/" + path }}

// withArrays is a VM with SharedArray as a global.
func withArrays(a *k6data.Arrays, host k6data.Host) *goja.Runtime {
	rt := goja.New()
	rt.Set("SharedArray", a.Export(rt, host, "SharedArray"))
	return rt
}

// ask runs an expression and gives its JSON, or what it throws.
func ask(rt *goja.Runtime, expression string) string {
	v, err := rt.RunString(`(() => { "use strict"; try { const v = (` + expression + `); return v === undefined ? "undefined" : JSON.stringify(v) }
		catch (e) { return String(e) } })()`)
	if err != nil {
		return err.Error()
	}
	return v.String()
}

func TestSharedArray(t *testing.T) {
	tests := []struct{ expression, want string }{
		{`a.length`, `6`},
		{`a[0]`, `{"x":1,"o":{"y":[1]}}`},
		{`a["1"]`, `{"x":2}`},
		{`a[2] + a[3]`, `"str5"`},
		{`a[4]`, `null`},
		{`[a[-1], a[99], a[1.5], a.foo, a["01"]].every((v) => v === undefined)`, `true`},
		{`a.at(-1)`, `[1,2]`},
		{`Array.isArray(a) && a instanceof Array && typeof a === "object"`, `true`},
		{`Object.prototype.toString.call(a)`, `"[object Array]"`},
		{`a`, `[{"x":1,"o":{"y":[1]}},{"x":2},"str",5,null,[1,2]]`},
		{`Object.keys(a)`, `["0","1","2","3","4","5"]`},
		{`[0 in a, 99 in a, "length" in a, "map" in a, -1 in a]`, `[true,false,true,true,false]`},
		{`(() => { let n = 0; for (const e of a) n++; return n })()`, `6`},
		{`(() => { let s = ""; for (const i in a) s += i; return s })()`, `"012345"`},
		{`a.map((e, i) => typeof e + i)`, `["object0","object1","string2","number3","object4","object5"]`},
		{`a.filter((e) => e && e.x)`, `[{"x":1,"o":{"y":[1]}},{"x":2}]`},
		{`a.slice(1, 3)`, `[{"x":2},"str"]`},
		{`[a.concat([1]).length, [1].concat(a).length, [...a].length, Array.from(a).length]`, `[7,7,6,6]`},
		{`(() => { const [x, y, ...z] = a; return [x.x, y.x, z.length] })()`, `[1,2,4]`},
		{`[a.indexOf(5), a.includes("str"), a.findIndex((e) => e.x === 2), a.some((e) => e === 5)]`, `[3,true,1,true]`},
		{`a.find((e) => e.x === 2)`, `{"x":2}`},
		{`a.reduce((n) => n + 1, 0)`, `6`},
		{`(() => { let n = 0; a.forEach(() => n++); return n })()`, `6`},
		{`Object.assign({}, a[1])`, `{"x":2}`},
		{`[a[0], a[0].o, a[0].o.y, a[5]].every(Object.isFrozen)`, `true`},

		{`a[0] = 1`, `TypeError: SharedArray is immutable`},
		{`a[99] = 1`, `TypeError: SharedArray is immutable`},
		{`a.length = 0`, `TypeError: SharedArray is immutable`},
		{`delete a[0]`, `TypeError: SharedArray is immutable`},
		{`a.push(1)`, `TypeError: SharedArray is immutable`},
		{`a.pop()`, `TypeError: SharedArray is immutable`},
		{`a.sort()`, `TypeError: SharedArray is immutable`},
		{`a.reverse()`, `TypeError: SharedArray is immutable`},
		{`a.splice(0, 1)`, `TypeError: SharedArray is immutable`},
		{`a.fill(0)`, `TypeError: SharedArray is immutable`},
		{`Object.defineProperty(a, 0, {value: 1, writable: true, enumerable: true, configurable: true})`, `TypeError: SharedArray is immutable`},
		{`a.foo = 1`, `TypeError: Cannot set property "foo" on a dynamic array`},
		{`a[0].x = 9`, `TypeError: Cannot assign to read only property 'x'`},
		{`a[0].n = 9`, `TypeError: Cannot add property n, object is not extensible`},
		{`a[5].push(3)`, `TypeError: Cannot add property 2, object is not extensible`},
		{`a.length`, `6`}, // after all that

		{`new SharedArray("a", () => [7]).length`, `6`}, // the first one stays
		{`SharedArray("b", () => [7])`, `[7]`},
		{`new SharedArray("empty", () => []).length`, `0`},
		{`new SharedArray("holes", () => [1, , undefined, () => 1, NaN])`, `[1,null,null,null,null]`},
		{`new SharedArray("outer", () => new SharedArray("inner", () => [1, 2]).map((n) => n * 2))`, `[2,4]`},
		{`new SharedArray("", () => [])`, `TypeError: SharedArray: the first argument must be a name, not an empty text`},
		{`new SharedArray("o", () => ({}))`, `TypeError: SharedArray "o": the function must return an array`},
		{`new SharedArray("n", () => null)`, `TypeError: SharedArray "n": the function must return an array`},
		{`new SharedArray("p", async () => [])`, `TypeError: SharedArray "p": the function must not be async`},
		{`new SharedArray("f", 5)`, `TypeError: SharedArray "f": the second argument must be a function that returns an array`},
		{`new SharedArray("t", () => { throw new RangeError("no") })`, `RangeError: no`},
		{`new SharedArray("t", () => [1])`, `[1]`}, // the one that threw is not there
		{`new SharedArray("big", () => [10n])`, `TypeError: Do not know how to serialize a BigInt`},
	}
	rt := withArrays(new(k6data.Arrays), inInit)
	if _, err := rt.RunString(`const a = new SharedArray("a", () => [{ x: 1, o: { y: [1] } }, { x: 2 }, "str", 5, null, [1, 2]])`); err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		if got := ask(rt, test.expression); got != test.want {
			t.Errorf("%s is %s, want %s", test.expression, got, test.want)
		}
	}
}

func TestSharedArrayOutsideInit(t *testing.T) {
	rt := withArrays(new(k6data.Arrays), k6data.Host{Init: func() bool { return false }})
	want := "Error: SharedArray: new SharedArray must be called in the init context, outside of functions that users run"
	if got := ask(rt, `new SharedArray("a", () => [])`); got != want {
		t.Error(got)
	}
}

// TestSharedArrayOnce: of many VMs that come at once, one runs the function.
func TestSharedArrayOnce(t *testing.T) {
	var a k6data.Arrays
	var made atomic.Int32
	var wg sync.WaitGroup
	for vm := range 50 {
		wg.Go(func() {
			rt := withArrays(&a, inInit)
			rt.Set("made", func(goja.FunctionCall) goja.Value { made.Add(1); return nil })
			got := ask(rt, fmt.Sprintf(`new SharedArray("outer", () => {
				made();
				const inner = new SharedArray("inner", () => { made(); return [1, 2, 3] });
				return inner.map((n) => ({ n, by: "x".repeat(100) }));
			}).reduce((sum, e) => sum + e.n, 0) + new SharedArray("inner", () => [%d]).length`, vm))
			if got != "9" {
				t.Error(got)
			}
		})
	}
	wg.Wait()
	if n := made.Load(); n != 2 {
		t.Errorf("the functions ran %d times, not once each", n)
	}
}

// TestSharedArrayMemory: the rows are in the process once, and a VM that holds them has little more than one that does not.
func TestSharedArrayMemory(t *testing.T) {
	var a k6data.Arrays
	const rows = `Array.from({length: 10000}, (_, i) => ({ id: i, name: "user" + i, password: "secret" }))`
	ask(withArrays(&a, inInit), `new SharedArray("a", () => `+rows+`)`)
	vms := make([]*goja.Runtime, 200)
	for i := range vms {
		vms[i] = withArrays(&a, inInit)
		ask(vms[i], `1`)
	}
	before := heap()
	for _, rt := range vms {
		if got := ask(rt, `(globalThis.a = new SharedArray("a", () => [])).length + a[7].id`); got != "10007" {
			t.Fatal(got)
		}
	}
	if each := (heap() - before) / len(vms); each > 5000 {
		t.Errorf("a VM's view of a shared array costs %d bytes", each)
	}
	runtime.KeepAlive(vms)
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func BenchmarkElement(b *testing.B) {
	for _, loop := range []string{`a[0].id + a[0].name`, `a[i % 100].id`, `JSON.parse(text).id`, `Object.freeze(JSON.parse(text)).id`} {
		b.Run(loop, func(b *testing.B) {
			rt := withArrays(new(k6data.Arrays), inInit)
			if _, err := rt.RunString(strings.ReplaceAll(`
				const a = new SharedArray("a", () => Array.from({length: 100}, (_, id) => ({ id, name: "user", email: "u@example.com", password: "x" })));
				const text = JSON.stringify(a[0]);
				function run(n) { for (let i = 0; i < n; i++) LOOP }`, "LOOP", loop)); err != nil {
				b.Fatal(err)
			}
			run, _ := goja.AssertFunction(rt.Get("run"))
			b.ResetTimer()
			if _, err := run(goja.Undefined(), rt.ToValue(b.N)); err != nil {
				b.Fatal(err)
			}
		})
	}
}
