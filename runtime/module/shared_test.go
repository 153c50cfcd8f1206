package module

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dop251/goja"
)

// files is a readFile over texts.
type files map[string]string

func (f files) read(path string) ([]byte, error) {
	text, ok := f[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func sharedVMFor(t testing.TB, s *Shared) *goja.Runtime {
	t.Helper()
	vm := goja.New()
	vm.Set("shared", s.Object(vm, Host{
		Resolve:   func(p string) string { return strings.TrimPrefix(p, "./") },
		Exhausted: func(msg string) { panic(vm.ToValue("STOP " + msg)) },
	}))
	return vm
}

// eval returns the JSON of code's value, or the text of what it throws.
func eval(vm *goja.Runtime, code string) string {
	v, err := vm.RunString(code)
	if err != nil {
		if e, ok := errors.AsType[*goja.Exception](err); ok {
			return e.Value().String()
		}
		return err.Error()
	}
	if goja.IsUndefined(v) {
		return "undefined"
	}
	vm.Set("$value", v)
	v, err = vm.RunString("JSON.stringify($value)")
	if err != nil {
		return err.Error()
	}
	return v.String()
}

var testFiles = files{
	"users.csv":    "name,pass\nann,1\nbob,\"2,\"\"x\"\"\ny\"\ncid,3\n",
	"bom.csv":      "\ufeffname;pass\r\nann;1\r\n",
	"plain.csv":    "a,1\nb,2\n",
	"ragged.csv":   "a,b\n1,2\n3\n",
	"quote.csv":    "a,b\n1,2\n3,x\"y\n",
	"open.csv":     "a\n\"never closed\n",
	"twice.csv":    "a,b,a\n1,2,3\n",
	"empty.csv":    "",
	"header.csv":   "a,b\n",
	"utf16.csv":    "\xff\xfea\x00",
	"rows.json":    "\ufeff [ {\"a\": 1, \"s\": \"],[\\\"\"} , [2,{}], \"x\", null, 5.5,true ]\n",
	"object.json":  `{"a": 1}`,
	"bad.json":     "[\n  {\"a\": 1},\n  {\"ü\": x}\n]",
	"cut.json":     "[1,\n2",
	"after.json":   "[1] 2",
	"none.json":    " [ ] ",
	"empty.json":   " \n",
	"numbers.json": "[0,1,2,3,4,5,6]",
}

func TestShared(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`shared.csv("users.csv").next()`, `{"name":"ann","pass":"1"}`},
		{`shared.csv("./users.csv").at(1)`, `{"name":"bob","pass":"2,\"x\"\ny"}`},
		{`shared.csv("users.csv").at(-1).name`, `"cid"`},
		{`shared.csv("users.csv").at(3)`, `undefined`},
		{`shared.csv("users.csv").at("x")`, `TypeError: users.csv: at needs a whole number`},
		{`shared.csv("users.csv").length`, `3`},
		{`const f = shared.csv("users.csv"); [1,2,3,4].map(() => f.next().name).join()`, `"ann,bob,cid,ann"`},
		{`const f = shared.csv("users.csv", {mode: "sequential"}); [1,2,3,4].map(() => f.next().name).join()`, `"ann,bob,cid,ann"`},
		{`shared.csv("users.csv", {mode: "sequential"}).next(); shared.csv("users.csv", {mode: "sequential"}).next().name`, `"bob"`},
		{`["ann","bob","cid"].includes(shared.csv("users.csv", {mode: "random"}).next().name)`, `true`},
		{`shared.csv("bom.csv", {delimiter: ";"}).next()`, `{"name":"ann","pass":"1"}`},
		{`shared.csv("plain.csv", {header: false}).next()`, `["a","1"]`},
		{`shared.csv("plain.csv", {columns: ["k", "v"]}).next()`, `{"k":"a","v":"1"}`},
		{`shared.csv("users.csv", {columns: ["k", "v"], header: true}).next()`, `{"k":"ann","v":"1"}`},
		{`shared.csv("plain.csv", {columns: ["k"]})`, `Error: shared.csv: plain.csv: columns has 1 names, but the rows have 2 fields`},
		{`shared.csv("users.csv").next().name = "changed"; shared.csv("users.csv").at(0).name`, `"ann"`},
		{`const f = shared.csv("plain.csv", {mode: "unique", header: false}); f.next(); f.next(); f.next()`, `STOP plain.csv: all 2 rows have been used`},
		{`const f = shared.csv("plain.csv", {mode: "unique", header: false, onEnd: "error"}); f.next(); f.next(); f.next()`, `Error: plain.csv: all 2 rows have been used`},
		{`const f = shared.csv("plain.csv", {mode: "unique", header: false, onEnd: "undefined"}); f.next(); f.next(); f.next()`, `undefined`},

		{`shared.csv("no.csv")`, `Error: shared.csv: no.csv: there is no file no.csv`},
		{`shared.csv("ragged.csv")`, `Error: shared.csv: ragged.csv:3: not as many fields as in the first line`},
		{`shared.csv("quote.csv")`, `Error: shared.csv: quote.csv:3:4: bare " in non-quoted-field`},
		{`shared.csv("open.csv")`, `Error: shared.csv: open.csv:2:15: extraneous or missing " in quoted-field`},
		{`shared.csv("twice.csv")`, `Error: shared.csv: twice.csv:1: there are two columns named "a"`},
		{`shared.csv("empty.csv")`, `Error: shared.csv: empty.csv: the file is empty`},
		{`shared.csv("empty.csv", {header: false})`, `Error: shared.csv: empty.csv: the file is empty`},
		{`shared.csv("header.csv")`, `Error: shared.csv: header.csv: there are no rows below the header`},
		{`shared.csv("utf16.csv")`, `Error: shared.csv: utf16.csv: the file is in UTF-16; save it as UTF-8`},
		{`shared.csv()`, `TypeError: shared.csv: the first argument must be the file's path`},
		{`shared.csv("users.csv", {mode: "uniq"})`, `TypeError: shared.csv: mode is 'uniq'; it must be one of unique, sequential, random, loop`},
		{`shared.csv("users.csv", {onEnd: 1})`, `TypeError: shared.csv: onEnd is not a string; it must be one of stop, error, undefined`},
		{`shared.csv("users.csv", {delimeter: ";"})`, `TypeError: shared.csv: unknown option "delimeter"; there are mode, onEnd, delimiter, columns, header`},
		{`shared.csv("users.csv", {delimiter: ";;"})`, `TypeError: shared.csv: delimiter must be one character, such as ";" or "\t"`},
		{`shared.csv("users.csv", 5)`, `TypeError: shared.csv: the options must be an object`},
		{`shared.csv("users.csv", {columns: ["a", "a"]})`, `TypeError: shared.csv: columns names "a" twice`},

		{`const f = shared.json("rows.json"); Array.from({length: f.length}, (_, i) => f.at(i))`, `[{"a":1,"s":"],[\""},[2,{}],"x",null,5.5,true]`},
		{`const f = shared.json("rows.json"); f.next().a = 2; f.at(0).a`, `1`},
		{`shared.json("object.json")`, `Error: shared.json: object.json: the file must be a JSON array, [...]`},
		{`shared.json("bad.json")`, `Error: shared.json: bad.json:3:9: invalid character 'x' looking for beginning of value`},
		{`shared.json("cut.json")`, `Error: shared.json: cut.json:2:2: unexpected end of JSON input`},
		{`shared.json("after.json")`, `Error: shared.json: after.json:1:5: invalid character '2' after top-level value`},
		{`shared.json("none.json")`, `Error: shared.json: none.json: the array is empty`},
		{`shared.json("empty.json")`, `Error: shared.json: empty.json: the file is empty`},
		{`shared.json("rows.json", {delimiter: ";"})`, `TypeError: shared.json: unknown option "delimiter"; there are mode, onEnd`},

		{`const a = shared.array("a", () => [{x: 1}, [2], "s", null]); [a.length, a.next(), a.next(), a.at(-1)]`, `[4,{"x":1},[2],null]`},
		{`shared.array("a", () => [1]); shared.array("a", () => { throw "never" }).next()`, `1`},
		{`shared.array("a", () => { throw new RangeError("mine") })`, `RangeError: mine`},
		{`shared.array("a", () => 5)`, `TypeError: shared.array("a"): the function must return an array`},
		{`shared.array("a", async () => [1])`, `TypeError: shared.array("a"): the function must not be async`},
		{`shared.array("a", () => [])`, `Error: shared.array("a"): the array is empty`},
		{`shared.array("a", () => [1, () => 1])`, `TypeError: shared.array("a"): item 1: undefined, functions and symbols cannot be shared`},
		{`shared.array("a", [1])`, `TypeError: shared.array("a"): the second argument must be a function that returns the array`},
		{`shared.array("a", () => shared.array("a", () => [1]))`, `Error: shared.array("a"): its function asks for the array that it is about to make`},
		{`shared.array("a", () => { const b = shared.array("b", () => [1, 2]); return [b.next(), b.next()] }).at(1)`, `2`},
		{`try { shared.array("a", () => { throw 1 }) } catch {} shared.array("a", () => [7]).next()`, `7`},

		{`const c = shared.counter("c"); [c.next(), c.next(), c.add(5), c.add(-2), c.value]`, `[1,2,7,5,5]`},
		{`shared.counter("c", 10).next() + shared.counter("c", 99).next()`, `23`},
		{`shared.counter("c", 1.5)`, `TypeError: shared.counter("c"): the start must be a whole number`},
		{`shared.counter("c").add("1")`, `TypeError: shared.counter("c").add: the argument must be a whole number`},
		{`shared.counter()`, `TypeError: shared.counter: the first argument must be the counter's name`},

		{`const m = shared.map("m"); m.set("k", {a: [1]}).set("b", null).set(5, "n"); [m.get("k"), m.get("b"), m.get("5"), m.has("k"), m.has("z"), m.size, m.keys()]`, `[{"a":[1]},null,"n",true,false,3,["5","b","k"]]`},
		{`shared.map("m").get("none")`, `undefined`},
		{`const m = shared.map("m"); m.set("k", 1); [m.delete("k"), m.delete("k"), m.size]`, `[true,false,0]`},
		{`const m = shared.map("m"); const o = {v: 1}; m.set("k", o); o.v = 2; m.get("k").v = 3; m.get("k").v`, `1`},
		{`const m = shared.map("m"); m.update("k", v => (v ?? 0) + 1); [m.update("k", v => v + 1), m.get("k")]`, `[2,2]`},
		{`const m = shared.map("m"); m.update("k", () => m.has("k")); m.get("k")`, `false`},
		{`const m = shared.map("m"); try { m.update("k", () => { throw 1 }) } catch {} m.has("k")`, `false`},
		{`shared.map("m").set("k", () => 1)`, `TypeError: shared.map('m').set: undefined, functions and symbols cannot be shared`},
		{`shared.map("m").set("k", Promise.resolve(1))`, `TypeError: shared.map('m').set: the value is a promise; await it first`},
		{`shared.map("m").set({}, 1)`, `TypeError: shared.map('m').set: the key must be a string or a number`},
		{`shared.map("m").update("k", 1)`, `TypeError: shared.map('m').update: the second argument must be a function`},
	} {
		if got := eval(sharedVMFor(t, NewShared(testFiles.read)), c.code); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.code, got, c.want)
		}
	}
}

// TestSharedOnce: 64 users take the rows of a file, each row goes to one of
// them; counters and maps lose nothing; the array is built once.
func TestSharedOnce(t *testing.T) {
	const users, n = 64, 5000
	var text strings.Builder
	text.WriteString("id\n")
	for i := range n {
		fmt.Fprintln(&text, i)
	}
	s := NewShared(files{"ids.csv": text.String()}.read)
	var mu sync.Mutex
	seen := make([]int, n)
	var wg sync.WaitGroup
	for range users {
		wg.Go(func() {
			got := eval(sharedVMFor(t, s), `
				const f = shared.csv("ids.csv", {mode: "unique", onEnd: "undefined"}), ids = []
				for (let r; (r = f.next()); ids.push(+r.id)) shared.counter("c").next()
				const m = shared.map("m"), a = shared.array("a", () => [shared.counter("built").next()])
				for (let i = 0; i < 20; i++) m.update("k", v => (v ?? 0) + 1)
				ids.concat(-a.next())`)
			mu.Lock()
			defer mu.Unlock()
			for _, id := range strings.Split(strings.Trim(got, "[]"), ",") {
				var i int
				if _, err := fmt.Sscan(id, &i); err != nil {
					t.Errorf("%s", got)
					return
				}
				if i >= 0 {
					seen[i]++
				} else if i != -1 {
					t.Errorf("the array was built %d times", -i)
				}
			}
		})
	}
	wg.Wait()
	if i := slices.IndexFunc(seen, func(n int) bool { return n != 1 }); i >= 0 {
		t.Errorf("row %d was handed out %d times", i, seen[i])
	}
	vm := sharedVMFor(t, s)
	if got := eval(vm, `[shared.counter("c").value, shared.map("m").get("k")]`); got != fmt.Sprintf("[%d,%d]", n, users*20) {
		t.Errorf("counter and map: %s", got)
	}
}

// TestSharedSplit: three processes share out the rows of a file.
func TestSharedSplit(t *testing.T) {
	for _, c := range []struct {
		mode  string
		index int
		want  string
	}{
		{"unique", 0, `[0,3,6,null,null]`},
		{"unique", 1, `[1,4,null,null,null]`},
		{"unique", 2, `[2,5,null,null,null]`},
		{"loop", 0, `[0,3,6,2,5]`},
		{"loop", 2, `[2,5,1,4,0]`},
		{"sequential", 2, `[0,1,2,3,4]`},
	} {
		s := NewShared(testFiles.read)
		s.Index, s.Of = c.index, 3
		code := fmt.Sprintf(`const f = shared.json("numbers.json", {mode: %q, onEnd: "undefined"}); [1,2,3,4,5].map(() => f.next())`, c.mode)
		if got := eval(sharedVMFor(t, s), code); got != c.want {
			t.Errorf("%s of process %d: got %s, want %s", c.mode, c.index, got, c.want)
		}
	}
}

// bigCSV is n rows of 48 bytes or so.
func bigCSV(n int) string {
	var b strings.Builder
	b.WriteString("id,name,email,password\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,user%d,user%d@example.com,secret%d\n", i, i, i, i)
	}
	return b.String()
}

// TestSharedMemory: a parsed file costs not much more than its size, however
// many users read it.
func TestSharedMemory(t *testing.T) {
	data := bigCSV(100_000)
	before := heap()
	rows, err := parseCSV("big.csv", []byte(data), csvOptions{comma: ',', header: true})
	if err != nil {
		t.Fatal(err)
	}
	if cost := heap() - before; cost > 2*int64(len(data)) {
		t.Errorf("%d bytes of CSV cost %d", len(data), cost)
	}
	runtime.KeepAlive(rows)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
