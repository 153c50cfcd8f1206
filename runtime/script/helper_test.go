package script

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// builtins stand in for the caller's modules.
var builtins = map[string]string{
	"katydid": `export class HttpUser { call(f) { return f(); } fail() { throw new Error("in builtin"); } }
export class User {}
export function between(a, b) { return () => a; }
export const open = (path) => $k.open(path);
`,
	"k6/http": `import { open } from "katydid"; export default { get(url) { return $k.get(url); }, open };`,
}

// write makes a folder of files and returns its real path.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t testing.TB, dir string, paths ...string) *Script {
	t.Helper()
	s, warnings, err := Load(Options{Paths: paths, Dir: dir, Builtins: builtins})
	if err != nil {
		t.Fatal(err)
	}
	for i := range warnings {
		t.Errorf("warning: %v", &warnings[i])
	}
	return s
}

// host is a VM with a $k that keeps what the scripts export and log.
type host struct {
	vm      *goja.Runtime
	k       *goja.Object
	exports map[string]*goja.Object
	paths   []string
	log     []string
}

func newHost(t testing.TB) *host {
	h := &host{vm: goja.New(), exports: map[string]*goja.Object{}}
	h.vm.SetMaxCallStackSize(1000)
	h.k = h.vm.NewObject()
	set := func(name string, v any) {
		if err := h.k.Set(name, v); err != nil {
			t.Fatal(err)
		}
	}
	set("exports", func(ns *goja.Object, path string) {
		h.exports[path] = ns
		h.paths = append(h.paths, path)
	})
	set("log", func(s string) { h.log = append(h.log, s) })
	if err := h.vm.Set("log", h.k.Get("log")); err != nil {
		t.Fatal(err)
	}
	return h
}

// answer lets get make the members of the host object that are not set.
func (h *host) answer(t testing.TB, get goja.Value) {
	t.Helper()
	if err := h.k.Set("get", get); err != nil {
		t.Fatal(err)
	}
	v, err := h.vm.RunString(`(k, get) => new Proxy(k, { get: (k, name) => name in k ? k[name] : get(name) })`)
	if err != nil {
		t.Fatal(err)
	}
	wrap, _ := goja.AssertFunction(v)
	if v, err = wrap(goja.Undefined(), h.k, get); err != nil {
		t.Fatal(err)
	}
	h.k = v.(*goja.Object)
}

// run evaluates the script and returns what it logged, joined by blanks.
func run(t testing.TB, s *Script) string {
	t.Helper()
	h := newHost(t)
	v, err := s.Call(h.vm, h.k)
	if err != nil {
		_, traceback := Stack(err)
		t.Fatal(traceback)
	}
	if p, ok := v.Export().(*goja.Promise); ok {
		if p.State() != goja.PromiseStateFulfilled {
			_, traceback := StackOf(p.Result())
			t.Fatalf("promise: state %v, %s", p.State(), traceback)
		}
	}
	if want := strings.Join(s.Paths, " "); strings.Join(h.paths, " ") != want {
		t.Errorf("exports of %q, want %q", h.paths, want)
	}
	return strings.Join(h.log, " ")
}

// position returns line and column (from 1) of a mark's first place in text.
func position(t testing.TB, text, mark string) (line, column int) {
	t.Helper()
	before, _, ok := strings.Cut(text, mark)
	if !ok {
		t.Fatalf("no %q in the text", mark)
	}
	before = strings.ReplaceAll(before, "\r\n", "\n")
	before = strings.TrimPrefix(before, "\ufeff")
	last := before[strings.LastIndex(before, "\n")+1:]
	return strings.Count(before, "\n") + 1, len([]rune(last)) + 1
}
