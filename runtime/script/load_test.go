package script

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/dop251/goja"
	"go.uber.org/goleak"
)

// esbuild starts goroutines; none may outlive Load.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

const shared = `import { HttpUser, between } from "katydid";
function task(m, c) { (c.metadata.tasks ??= []).push(c.name); return m; }
export class ApiUser extends HttpUser {
  static waitTime = between(5, 9);
  #n = 0;
  @task home() { return ++this.#n; }
  @task broken() { return nope; }
}
`

// TestProgramIsShared lets VMs run, throw and look up positions at the same time.
func TestProgramIsShared(t *testing.T) {
	s, _, err := FromSource("a.ts", shared, Options{Builtins: builtins})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if err := useShared(s); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func useShared(s *Script) error {
	vm := goja.New()
	k := vm.NewObject()
	var ns *goja.Object
	if err := k.Set("exports", func(o *goja.Object, path string) { ns = o }); err != nil {
		return err
	}
	if _, err := s.Call(vm, k); err != nil {
		return err
	}
	u, err := vm.New(ns.Get("ApiUser"))
	if err != nil {
		return err
	}
	home, _ := goja.AssertFunction(u.Get("home"))
	v, err := home(u)
	if err != nil {
		return fmt.Errorf("home: %w", err)
	}
	if v.ToInteger() != 1 {
		return fmt.Errorf("home returned %v", v)
	}
	broken, _ := goja.AssertFunction(u.Get("broken"))
	_, err = broken(u)
	if _, tb := Stack(err); tb != "ReferenceError: nope is not defined\n    at broken (a.ts:7:27)" {
		return fmt.Errorf("traceback: %s", tb)
	}
	return nil
}

func FuzzLoad(f *testing.F) {
	for _, c := range syntaxes {
		f.Add(c.code)
	}
	for _, c := range throwers {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, code string) {
		s, _, err := FromSource("a.ts", code, Options{Builtins: builtins})
		if (s == nil) == (err == nil) {
			t.Fatalf("script %v, error %v", s, err)
		}
		if err != nil && err.Error() == "" {
			t.Fatal("an empty error")
		}
	})
}

func FuzzVLQ(f *testing.F) {
	f.Add(0)
	f.Add(-1)
	f.Add(1 << 20)
	f.Fuzz(func(t *testing.T, n int) {
		if n > 1<<30 || n < -1<<30 {
			return // beyond what source maps allow
		}
		var b strings.Builder
		writeVLQ(&b, n)
		if got, rest, err := readVLQ(b.String() + "A"); got != n || rest != "A" || err != nil {
			t.Errorf("%d became %d, rest %q, %v", n, got, rest, err)
		}
	})
}

func BenchmarkLoadSmall(b *testing.B) {
	for b.Loop() {
		if _, _, err := FromSource("a.ts", shared, Options{Builtins: builtins}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoadLarge imports half a megabyte of JavaScript, about lodash.
func BenchmarkLoadLarge(b *testing.B) {
	var lib strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&lib, "  function f%d(array, predicate) {\n    var index = -1, length = array == null ? 0 : array.length;\n    while (++index < length) { if (predicate(array[index], index, array)) { return lib.f%d(array); } }\n    return false;\n  }\n  lib.f%d = f%d;\n", i, i/2, i, i)
	}
	dir := write(b, map[string]string{
		"a.js":                      "import lib from 'lib'; export const f = lib.f1;",
		"node_modules/lib/index.js": "(function () {\n  var lib = {};\n" + lib.String() + "  module.exports = lib;\n}).call(this);\n",
	})
	b.ReportMetric(float64(lib.Len()), "source-bytes")
	for b.Loop() {
		load(b, dir, "a.js")
	}
}

// BenchmarkVM reports what a bundle that does nothing costs in each VM.
func BenchmarkVM(b *testing.B) {
	empty, _, err := FromSource("a.js", "export {};", Options{Builtins: builtins})
	if err != nil {
		b.Fatal(err)
	}
	classes, _, err := FromSource("a.ts", shared, Options{Builtins: builtins})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		s    *Script
	}{{"none", nil}, {"empty", empty}, {"small", classes}} {
		b.Run(c.name, func(b *testing.B) {
			vms := make([]*goja.Runtime, 0, b.N)
			before := heap()
			for range b.N {
				vms = append(vms, newVM(b, c.s))
			}
			b.ReportMetric(float64(heap()-before)/float64(b.N), "B/vm")
			runtime.KeepAlive(vms)
		})
	}
}

func newVM(b *testing.B, s *Script) *goja.Runtime {
	vm := goja.New()
	k := vm.NewObject()
	if err := k.Set("exports", func(goja.FunctionCall) goja.Value { return nil }); err != nil {
		b.Fatal(err)
	}
	if s == nil {
		return vm
	}
	if _, err := s.Call(vm, k); err != nil {
		b.Fatal(err)
	}
	return vm
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
