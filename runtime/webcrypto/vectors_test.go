package webcrypto_test

import (
	"os"
	"strings"
	"testing"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/webcrypto"
)

// newVM makes a VM with crypto and what testdata/prelude.js defines. Btoa and atob stand in for those of the platform.
func newVM(t testing.TB, async webcrypto.Async) *goja.Runtime {
	t.Helper()
	rt := goja.New()
	crypto := webcrypto.New(rt, async)
	rt.Set("crypto", crypto)
	rt.Set("CryptoKey", crypto.ToObject(rt).Get("CryptoKey"))
	rt.Set("btoa", js.Function(rt, "btoa", 1, btoa(rt)))
	rt.Set("atob", js.Function(rt, "atob", 1, atob(rt)))
	prelude, err := os.ReadFile("testdata/prelude.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(string(prelude)); err != nil {
		t.Fatal(err)
	}
	return rt
}

// await runs code, in which await is allowed, and gives what it settles to as a string.
func await(t testing.TB, rt *goja.Runtime, code string) string {
	t.Helper()
	v, err := rt.RunString("(async () => String(" + code + "))()")
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	p := v.Export().(*goja.Promise)
	if p.State() == goja.PromiseStatePending {
		t.Fatalf("%s: the promise is pending", code)
	}
	return p.Result().String()
}

// TestVectors has the known answers of the documents that the comments in testdata/vectors.txt name.
func TestVectors(t *testing.T) { likeFile(t, "vectors.txt") }

// TestLikeNode compares with Node.
func TestLikeNode(t *testing.T) { likeFile(t, "node.txt") }

// likeFile runs each line after ">>> " and compares what it gives with the line below.
func likeFile(t *testing.T, name string) {
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	rt := newVM(t, nil)
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if code, ok := strings.CutPrefix(line, ">>> "); ok {
			if got := await(t, rt, code); got != lines[i+1] {
				t.Errorf("%s:%d: %s\n got %s\nwant %s", name, i+1, code, got, lines[i+1])
			}
		}
	}
}
