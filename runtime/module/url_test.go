package module

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// urlTable is what Node 20 made of URLs: the parts of each, null if it threw,
// and the href after setting properties.
type urlTable struct {
	Parts  []string
	Parsed []struct {
		Args []string
		Want []string
	}
	Sets []struct {
		Href   string
		Ops    [][2]any
		Want   string
		Params string
	}
}

func readURLTable(t *testing.T) urlTable {
	t.Helper()
	text, err := os.ReadFile("testdata/url.json")
	if err != nil {
		t.Fatal(err)
	}
	var table urlTable
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	return table
}

func TestURLLikeNode(t *testing.T) {
	table := readURLTable(t)
	vm, _ := newConsole(t)
	if _, err := vm.RunString(`function parts(args, names) {
		if (!URL.canParse(...args)) {
			try { new URL(...args) } catch (e) { if (e instanceof TypeError && e.code === "ERR_INVALID_URL") return null; throw e }
		}
		const u = new URL(...args)
		return names.map(n => u[n])
	}
	function set(href, ops) { const u = new URL(href); for (const [k, v] of ops) u[k] = v; return [u.href, u.searchParams.toString()] }`); err != nil {
		t.Fatal(err)
	}
	for _, c := range table.Parsed {
		vm.Set("args", c.Args)
		vm.Set("names", table.Parts)
		v, err := vm.RunString(`JSON.stringify(parts(args, names))`)
		if err != nil {
			t.Errorf("%q: %v", c.Args, err)
			continue
		}
		want, _ := json.Marshal(c.Want)
		if got := v.String(); got != unescapeHTML(want) {
			t.Errorf("%q\n got %s\nwant %s", c.Args, got, want)
		}
	}
	for _, c := range table.Sets {
		vm.Set("href", c.Href)
		vm.Set("ops", c.Ops)
		v, err := vm.RunString(`JSON.stringify(set(href, ops))`)
		if err != nil {
			t.Errorf("%q %v: %v", c.Href, c.Ops, err)
			continue
		}
		want, _ := json.Marshal([]string{c.Want, c.Params})
		if got := v.String(); got != unescapeHTML(want) {
			t.Errorf("%q %v\n got %s\nwant %s", c.Href, c.Ops, got, want)
		}
	}
}

// unescapeHTML undoes what Go's encoding/json does to & < and >.
func unescapeHTML(b []byte) string {
	return strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(b))
}

// FuzzURL checks that parsing does not panic and that a parsed URL, written
// and parsed again, is the same.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"http://u:p@[::1]:8/a/../b?c#d", "file:///C|/x/..", "foo:bar", "//h/..", "http://0x7f.1/%2e"} {
		f.Add(s, "http://base/x?y")
	}
	f.Fuzz(func(t *testing.T, s, base string) {
		b, ok := parseURL(base, nil)
		if !ok {
			b = nil
		}
		u, ok := parseURL(s, b)
		if !ok {
			return
		}
		again, ok := parseURL(u.String(), nil)
		if !ok || again.String() != u.String() {
			t.Errorf("%q with base %q gives %q, which gives %v", s, base, u, again)
		}
	})
}
