package module

import (
	"os"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// printed collects what a script writes.
type printed struct{ text strings.Builder }

func (p *printed) Print(_ Level, text string) { p.text.WriteString(text + "\n") }

func newConsole(t testing.TB) (*goja.Runtime, *printed) {
	t.Helper()
	vm, out := goja.New(), &printed{}
	vm.Set("console", Console(vm, out))
	return vm, out
}

// TestConsoleLikeNode compares with what Node 20 wrote for the same code:
// testdata/console.txt holds ">>> code", then Node's output.
func TestConsoleLikeNode(t *testing.T) {
	text, err := os.ReadFile("testdata/console.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(text), ">>> ")[1:] {
		code, want, _ := strings.Cut(block, "\n")
		t.Run(code, func(t *testing.T) {
			vm, out := newConsole(t)
			if _, err := vm.RunString("{" + code + "}"); err != nil {
				t.Fatal(err)
			}
			if got := out.text.String(); got != want {
				t.Errorf("%s\n--- got\n%s--- want\n%s", code, got, want)
			}
		})
	}
}
