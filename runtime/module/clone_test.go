package module

import (
	"strings"
	"testing"
)

// TestCloneDeep: a value nested without end is refused; it does not end the
// process.
func TestCloneDeep(t *testing.T) {
	vm, _ := newConsole(t)
	v, err := vm.RunString(`
		let deep = {}; for (let i = 0; i < 9000; i++) deep = {deep}
		let depth = 0; for (let c = structuredClone(deep); c.deep; c = c.deep) depth++
		for (let i = 0; i < 9000; i++) deep = [deep]
		try { structuredClone(deep) } catch (e) { depth + " " + e }`)
	if err != nil {
		t.Fatal(err)
	}
	want := "9000 RangeError: structuredClone: the value is nested more than 10000 levels deep"
	if got := v.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestCloneErrors: what cannot be cloned is named.
func TestCloneErrors(t *testing.T) {
	vm, _ := newConsole(t)
	for code, want := range map[string]string{
		`structuredClone({f() {}})`:              "DataCloneError: structuredClone: a function could not be cloned",
		`structuredClone([Symbol("s")])`:         "DataCloneError: structuredClone: Symbol(s) could not be cloned",
		`structuredClone(new WeakMap())`:         "DataCloneError: structuredClone: a WeakMap could not be cloned",
		`structuredClone(new Proxy({}, {}))`:     "DataCloneError: structuredClone: a Proxy could not be cloned",
		`structuredClone(Promise.resolve(1))`:    "DataCloneError: structuredClone: a promise could not be cloned",
		`structuredClone()`:                      "TypeError: structuredClone: 1 argument required, but only 0 present",
		`structuredClone({get a() { throw 5 }})`: "5",
	} {
		if got := eval(vm, code); got != want {
			t.Errorf("%s\n got %s\nwant %s", code, got, want)
		}
	}
}

// FuzzClone: the clone of a JSON value is written as the value is.
func FuzzClone(f *testing.F) {
	f.Add(`{"a": [1, {"b": null}], "__proto__": {"x": 1}}`)
	f.Add(`[[[]], "\ud800", -0, 1e400]`)
	f.Fuzz(func(t *testing.T, text string) {
		vm, _ := newConsole(t)
		vm.Set("text", text)
		got := eval(vm, `{ let v, ok; try { v = JSON.parse(text); ok = true } catch {}
			!ok || JSON.stringify(structuredClone(v)) === JSON.stringify(v) }`)
		if got != "true" && !strings.Contains(got, "10000 levels") {
			t.Errorf("%s: %s", text, got)
		}
	})
}
