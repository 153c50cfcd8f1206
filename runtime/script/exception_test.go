package script

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

var thrown = []struct{ name, code, message, traceback string }{
	{"error", `throw new TypeError("bad")`, "bad", "TypeError: bad\n    at run (a.js:2:7)"},
	{"no message", `throw new Error()`, "", "Error\n    at run (a.js:2:7)"},
	{"own class", `throw new LoginError("no")`, "no", "LoginError: no\n    at run (a.js:2:7)"},
	{"own name", `const e = new Error("x"); e.name = "Custom"; throw e`, "x", "Custom: x\n    at run (a.js:2:11)"},
	{"string", `throw "oops"`, "oops", "oops\n    at run (a.js:2:1)"},
	{"number", `throw 42`, "42", "42\n    at run (a.js:2:1)"},
	{"undefined", `throw undefined`, "undefined", "undefined\n    at run (a.js:2:1)"},
	{"null", `throw null`, "null", "null\n    at run (a.js:2:1)"},
	{"symbol", `throw Symbol("s")`, "Symbol(s)", "Symbol(s)\n    at run (a.js:2:1)"},
	{"object", `throw { code: 5 }`, `{"code":5}`, "{\"code\":5}\n    at run (a.js:2:1)"},
	{"array", `throw [1, "a"]`, `[1,"a"]`, "[1,\"a\"]\n    at run (a.js:2:1)"},
	{"object with toString", `throw { toString() { return "me"; } }`, "me", "me\n    at run (a.js:2:1)"},
	{"like an error", `throw { name: "HttpError", message: "503" }`, "503", "HttpError: 503\n    at run (a.js:2:1)"},
	{"a ring", `const o = {}; o.o = o; throw o`, "[object Object]", "[object Object]\n    at run (a.js:2:24)"},
	{"getters that throw", `throw { get message() { throw 1; }, toString() { throw 2; } }`, "", "\n    at run (a.js:2:1)"},
	{"by a native function", `JSON.parse("{")`, "Unexpected end of JSON input (EOF)", "SyntaxError: Unexpected end of JSON input (EOF)\n    at run (a.js:2:6)"},
	{"by Go", `$k.fail()`, "from Go", "Error: from Go\n    at run (a.js:2:4)"},
	{"nested calls", `[1].map(function inner() { nope; })`, "nope is not defined", "ReferenceError: nope is not defined\n    at inner (a.js:2:28)\n    at run (a.js:2:5)"},
	{"a builtin that calls back", `u.call(() => { nope; })`, "nope is not defined", "ReferenceError: nope is not defined\n    at a.js:2:16\n    at run (a.js:2:3)"},
	{"in a builtin", `u.fail()`, "in builtin", "Error: in builtin\n    at run (a.js:2:3)"},
	{"caught and thrown again", `const e = new Error("x");` + " try { throw e } catch (c) { throw c }", "x", "Error: x\n    at run (a.js:2:11)"},
	{"cause", `throw new Error("outer", { cause: new TypeError("inner") })`, "outer",
		"Error: outer\n    at run (a.js:2:7)\nCaused by: TypeError: inner\n    at run (a.js:2:35)"},
	{"cause is a string", `throw new Error("outer", { cause: "why" })`, "outer", "Error: outer\n    at run (a.js:2:7)\nCaused by: why"},
	{"cause of itself", `const e = new Error("x"); e.cause = e; throw e`, "x", "Error: x\n    at run (a.js:2:11)"},
	{"aggregate", `throw new AggregateError([new Error("a"), "b"], "all")`, "all",
		"AggregateError: all\n    at run (a.js:2:7)\nError 1 of 2: Error: a\n    at run (a.js:2:27)\nError 2 of 2: b"},
	{"message of several lines", `throw new Error("one\n\tat two")`, "one\n\tat two", "Error: one\n\tat two\n    at run (a.js:2:7)"},
}

func TestStack(t *testing.T) {
	for _, c := range thrown {
		t.Run(c.name, func(t *testing.T) {
			err := runOf(t, c.code)
			message, traceback := Stack(err)
			if message != c.message {
				t.Errorf("message %q, want %q", message, c.message)
			}
			if traceback != c.traceback {
				t.Errorf("got\n%s\nwant\n%s", traceback, c.traceback)
			}
			if _, wrapped := Stack(fmt.Errorf("task: %w", err)); wrapped != traceback {
				t.Errorf("wrapped: %s", wrapped)
			}
		})
	}
}

// runOf returns the error of a function whose body, on line 2, is the code.
func runOf(t *testing.T, code string) error {
	t.Helper()
	head := `import { HttpUser } from "katydid"; class LoginError extends Error {} const u = new HttpUser(); log(LoginError.name); export function run() {`
	s, _, err := FromSource("a.js", head+"\n"+code+"\n}", Options{Builtins: builtins})
	if err != nil {
		t.Fatal(err)
	}
	h := newHost(t)
	if err := h.k.Set("fail", func() error { return errors.New("from Go") }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Call(h.vm, h.k); err != nil {
		t.Fatal(Stack(err))
	}
	run, _ := goja.AssertFunction(h.exports["a.js"].Get("run"))
	_, err = run(goja.Undefined())
	if err == nil {
		t.Fatal("nothing was thrown")
	}
	if v, err := h.vm.RunString("1 + 1"); err != nil || v.ToInteger() != 2 {
		t.Errorf("the VM is damaged: %v %v", v, err)
	}
	return err
}

func TestVMWorksAfterGetterThrew(t *testing.T) {
	vm := goja.New()
	_, err := vm.RunString(`throw { get message() { throw 1; } }`)
	for range 100 {
		Stack(err)
	}
	if v, err := vm.RunString(`(function f(n) { return n ? f(n - 1) : "ok" })(50)`); err != nil || v.String() != "ok" {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestStackOverflow(t *testing.T) {
	message, traceback := Stack(runOf(t, "const f = () => f(); f();"))
	lines := strings.Split(traceback, "\n")
	if message != "Maximum call stack size exceeded" || lines[0] != "RangeError: "+message || len(lines) != maxFrames+2 || lines[1] != "    at f (a.js:2:17)" {
		t.Errorf("%q\n%s", message, traceback)
	}
}

func TestInterrupted(t *testing.T) {
	s, _, err := FromSource("a.js", "export function run() {\n  for (;;) ;\n}\n$k.now(); run();", Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := newHost(t)
	if err := h.k.Set("now", func() { h.vm.Interrupt(errors.New("run time is over")) }); err != nil {
		t.Fatal(err)
	}
	_, err = s.Call(h.vm, h.k)
	message, traceback := Stack(err)
	if message != "run time is over" || !strings.HasPrefix(traceback, "Interrupted: run time is over\n    at ") || !strings.Contains(traceback, "a.js:4") {
		t.Errorf("%q\n%s", message, traceback)
	}
}

func TestStackOfOtherErrors(t *testing.T) {
	_, syntax := goja.Compile("x.js", "let a;\n  let a;", true)
	_, _, fault := FromSource("a.js", "f(", Options{})
	for _, c := range []struct {
		err                error
		message, traceback string
	}{
		{nil, "", ""},
		{errors.New("plain"), "plain", "plain"},
		{syntax, "Identifier 'a' has already been declared", "SyntaxError: Identifier 'a' has already been declared\n    at x.js:2:7"},
		{fault, `Unexpected end of file`, `a.js:1:3: Unexpected end of file`},
	} {
		if m, tb := Stack(c.err); m != c.message || tb != c.traceback {
			t.Errorf("%v: got %q and\n%s", c.err, m, tb)
		}
	}
	if m, tb := StackOf(goja.Undefined()); m != "undefined" || tb != "undefined" {
		t.Errorf("StackOf(undefined) = %q, %q", m, tb)
	}
	if m, tb := StackOf(nil); m != "undefined" || tb != "undefined" {
		t.Errorf("StackOf(nil) = %q, %q", m, tb)
	}
}

func TestRejectionFromEval(t *testing.T) {
	message, traceback := Stack(runOf(t, `eval("1 +")`))
	if message == "" || !strings.Contains(traceback, "at run (a.js:2:1)") {
		t.Errorf("%q\n%s", message, traceback)
	}
}
