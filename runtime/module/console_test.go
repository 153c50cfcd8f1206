package module

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/webcrypto"
)

// printed collects what a script writes.
type printed struct {
	text     strings.Builder
	messages []string
	levels   []Level
}

func (p *printed) Print(level Level, text string) {
	p.text.WriteString(text + "\n")
	p.messages = append(p.messages, text)
	p.levels = append(p.levels, level)
}

// newConsole makes a VM with all the globals of this package.
func newConsole(t testing.TB) (*goja.Runtime, *printed) {
	t.Helper()
	vm, out := goja.New(), &printed{}
	vm.Set("console", Console(vm, out))
	vm.Set("URL", URL(vm))
	vm.Set("URLSearchParams", URLSearchParams(vm))
	vm.Set("TextEncoder", TextEncoder(vm))
	vm.Set("TextDecoder", TextDecoder(vm))
	vm.Set("atob", Atob(vm))
	vm.Set("btoa", Btoa(vm))
	vm.Set("structuredClone", StructuredClone(vm))
	vm.Set("crypto", webcrypto.New(vm, nil))
	vm.Set("performance", Performance(vm, time.Now()))
	return vm, out
}

// TestLikeNode compares with what Node 20 wrote for the same code: each file
// holds ">>> code", then Node's output.
func TestLikeNode(t *testing.T) {
	for _, name := range []string{"console", "url", "text", "clone"} {
		text, err := os.ReadFile("testdata/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(string(text), ">>> ")[1:] {
			code, want, _ := strings.Cut(block, "\n")
			t.Run(name, func(t *testing.T) { likeNode(t, code, want) })
		}
	}
}

func likeNode(t *testing.T, code, want string) {
	vm, out := newConsole(t)
	if _, err := vm.RunString("{" + code + "}"); err != nil {
		t.Fatalf("%s\n%v", code, err)
	}
	if got := out.text.String(); got != want {
		t.Errorf("%s\n--- got\n%s--- want\n%s", code, got, want)
	}
}

func TestConsoleLevels(t *testing.T) {
	vm, out := newConsole(t)
	if _, err := vm.RunString(`console.debug(1); console.log(2); console.info(3); console.warn(4); console.error(5); console.assert(0, "six"); console.trace("seven")`); err != nil {
		t.Fatal(err)
	}
	want := []Level{Debug, Info, Info, Warn, Error, Error, Error}
	if !slices.Equal(out.levels, want) {
		t.Errorf("levels %v, want %v", out.levels, want)
	}
	if got := out.messages[5]; got != "Assertion failed: six" {
		t.Errorf("assert wrote %q", got)
	}
	if got := out.messages[6]; !strings.HasPrefix(got, "Trace: seven\n    at ") {
		t.Errorf("trace wrote %q", got)
	}
}

// TestConsoleIsAnObject: scripts and packages take its methods off and put
// others on.
func TestConsoleIsAnObject(t *testing.T) {
	vm, out := newConsole(t)
	if _, err := vm.RunString(`
		const {log} = console; log("taken off")
		console.log = (...args) => log("mine", ...args); console.log(1)
		console.extra = 5; log(console.extra, "warn" in console, "nope" in console, console.nope, typeof console.table)
		delete console.log; console.log("back")`); err != nil {
		t.Fatal(err)
	}
	want := "taken off\nmine 1\n5 true false undefined function\nback\n"
	if got := out.text.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestConsoleTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vm, out := newConsole(t)
		vm.Set("pass", func(call goja.FunctionCall) goja.Value {
			time.Sleep(time.Duration(call.Argument(0).ToInteger()) * time.Millisecond)
			return goja.Undefined()
		})
		if _, err := vm.RunString(`console.time(); pass(5); console.timeLog("default", {a: 1}); pass(2000); console.timeEnd(); console.timeEnd(); console.time("a"); console.time("a")`); err != nil {
			t.Fatal(err)
		}
		want := "default: 5ms { a: 1 }\ndefault: 2.005s\nNo such label 'default' for console.timeEnd()\nLabel 'a' already exists for console.time()\n"
		if got := out.text.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestElapsed(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0ms", 1234567: "1.235ms", 999 * time.Millisecond: "999ms", 1500 * time.Millisecond: "1.500s",
		83*time.Second + 4*time.Millisecond: "1:23.004 (m:ss.mmm)", time.Hour + 62*time.Second: "1:01:02 (h:mm:ss)",
	} {
		if got := elapsed(d); got != want {
			t.Errorf("elapsed(%d) = %s, want %s", d, got, want)
		}
	}
}

// TestConsoleInspectSymbol: Node's hook for classes that know how to show
// themselves.
func TestConsoleInspectSymbol(t *testing.T) {
	vm, out := newConsole(t)
	if _, err := vm.RunString(`const k = Symbol.for("nodejs.util.inspect.custom")
		console.log({a: {[k]: depth => "<" + depth + ">\nsecond"}}, {[k]() { return [1] }})`); err != nil {
		t.Fatal(err)
	}
	want := "{\n  a: <1>\n  second\n} [ 1 ]\n"
	if got := out.text.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
