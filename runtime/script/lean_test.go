package script

import (
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// inertHost is a module whose mark and other do nothing in a user's VM, while active works there, too.
var inertHost = map[string]string{"katydid": `
export const mark = /* @__PURE__ */ $k.get("mark");
export const other = /* @__PURE__ */ $k.get("other");
export const active = /* @__PURE__ */ $k.get("active");
export class Base { static kind = "base"; static set trap(v) { log("trapped"); } }
`}

// TestUndecorate runs scripts as users do. left are names that must be in the code of their VMs; every other name of
// esbuild's helpers must not.
func TestUndecorate(t *testing.T) {
	const imports = `import { mark, other, active, Base } from "katydid"; `
	for name, test := range map[string]struct{ code, log, left string }{
		"methods":        {`export class A extends Base { @mark a() {} @mark(3) @other("x", "y") b() {} @mark static c() {} } log(Object.keys(A).length)`, "mark mark other mark 0", ""},
		"no base":        {`export class A { @mark a() {} }`, "mark", ""},
		"fields":         {`export class A extends Base { static n = [1, 2].length; static kind = "a"; @mark a() {} } log(Object.keys(A) + A.n + A.kind)`, "mark n,kind2a", ""},
		"long field":     {"export class A extends Base { static n = {\n  x: 1, y: () => A.kind }; @mark a() {} } log(A.n.y() + A.n.y.name)", "mark basey", ""},
		"constructor":    {`export class A extends Base { constructor(x) { super(); this.x = x; } @mark a() {} } log(new A(7).x)`, "mark 7", ""},
		"arguments":      {`class B { constructor(x) { this.x = x; } } export class A extends B { @mark a() {} } log(new A(7).x)`, "mark 7", ""},
		"two classes":    {`export class A { @mark a() {} } export class B extends A { @other("b") b() {} }`, "mark other", ""},
		"setter":         {`export class A extends Base { static trap = 1; @mark a() {} } log(Object.keys(A))`, "mark trap", "__publicField"},
		"name":           {`export class A extends Base { static name = "n"; @mark a() {} } log(A.name)`, "mark n", "__publicField"},
		"another":        {`export class A { @mark a() {} @active b() {} }`, "mark active", "__decorateElement"},
		"argument":       {`export class A { @mark(log("seen")) a() {} }`, "seen mark", "__decorateElement"},
		"static field":   {`export class A { @mark static f = 1; } log(A.f)`, "mark 1", "__decorateElement"},
		"class":          {`@mark export class A {}`, "mark", "__decorateElement"},
		"accessor":       {`export class A { @mark get a() { return 1; } }`, "mark", "__decorateElement"},
		"private":        {`export class A { @mark #a() {} }`, "mark", "__decorateElement"},
		"own decorator":  {`function d() { log("d"); } export class A { @d a() {} }`, "d", "__decorateElement"},
		"hidden":         {`function f(mark) { return class { @mark a() {} }; } export const A = f(() => log("f"));`, "f", "__decorateElement"},
		"in a function":  {`function f() { return class { @mark a() {} }; } export const A = f();`, "mark", "__decorateElement"},
		"metadata":       {`export class A { @mark a() {} } log(typeof A[Symbol.metadata])`, "mark object", "__decorateElement"},
		"namespace":      {`import * as k from "katydid"; export class A { @k.mark a() {} }`, "mark", ""},
		"without":        {`export class A { a() {} } export default 3; export { A as "b c" };`, "", ""},
		"own names":      {`var __a = log("a"); export var __b = 1; log("b");`, "a b", "__a"},
		"odd names":      {`class A {} export { A as "b: () => c", A as default }`, "", ""},
		"__proto__":      {`export class A { a() {} } export { A as __proto__ };`, "", "__export"},
		"private fields": {`export class A { #x = 1; @mark a() { return this.#x; } } log(new A().a())`, "mark 1", "__privateGet"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, err := FromSource("a.js", imports+test.code, Options{Builtins: inertHost, Inert: []string{"mark", "other"}})
			if err != nil {
				t.Fatal(err)
			}
			main, mainCode := decorate(t, s.Program)
			user, userCode := decorate(t, s.User)
			if main != test.log {
				t.Errorf("logged %q, want %q", main, test.log)
			}
			if test.left != "__decorateElement" {
				main = strings.Join(strings.Fields(strings.NewReplacer("mark", "", "other", "").Replace(main)), " ")
			}
			if user != main {
				t.Errorf("a user logged %q, want %q", user, main)
			}
			if strings.Contains(userCode, "__") != (test.left != "") || test.left == "" && strings.Contains(userCode, `$k["mark"]`) || !strings.Contains(userCode, test.left) {
				t.Errorf("a user runs, want %q in it:\n%s", test.left, userCode)
			}
			if strings.Count(userCode, "\n") != strings.Count(mainCode, "\n") {
				t.Errorf("the number of lines differs:\n%s", userCode)
			}
		})
	}
}

// decorate runs a program whose decorators log their names, and returns what was logged and the code.
func decorate(t *testing.T, prg *goja.Program) (logged, code string) {
	t.Helper()
	h := newHost(t)
	for name, to := range map[string]any{"note": func(s string) { h.log = append(h.log, s) }, "symbol": symbolOf} {
		if err := h.vm.Set(name, to); err != nil {
			t.Fatal(err)
		}
	}
	get, err := h.vm.RunString(`(name) => function d(...a) {
		if (a.length === 2 && typeof a[1] === "object") { note(name); return; }
		return () => note(name);
	}`)
	if err != nil {
		t.Fatal(err)
	}
	h.answer(t, get)
	fn, err := h.vm.RunProgram(prg)
	if err != nil {
		t.Fatal(err)
	}
	call, _ := goja.AssertFunction(fn)
	if _, err := call(goja.Undefined(), h.k, h.vm.Get("symbol")); err != nil {
		t.Fatal(err)
	}
	return strings.Join(h.log, " "), strings.ReplaceAll(fn.String(), "@__PURE__", "")
}
