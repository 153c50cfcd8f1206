package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "katydid"

// layer is what a package of this module may import.
type layer struct {
	ours []string // packages of this module, by folder; "*" is any
	goja bool     // goja and goja_nodejs: the JavaScript engine
}

// layers holds the imports to one direction: a package that is used in many
// places knows nothing of those who use it. The engine stays where JavaScript is
// the business. A new package needs a row, and the thought that goes with it.
var layers = map[string]layer{
	".":              {ours: []string{"*"}, goja: true},
	"web":            {ours: []string{"stats", "web/live"}}, // web/live in tests only: Go allows no circle
	"web/live":       {ours: []string{"web", "stats"}},
	"runtime/vu":     {ours: []string{"runtime/script", "runtime/bridge", "runtime/load", "stats", "metrics"}, goja: true},
	"runtime/module": {ours: []string{"runtime/vu", "runtime/bridge", "runtime/script", "runtime/js", "runtime/webcrypto", "stats", "metrics"}, goja: true},
	"runtime/k6": {ours: []string{"runtime/vu", "runtime/bridge", "runtime/load", "runtime/module", "runtime/script", "runtime/js", "runtime/html",
		"runtime/k6crypto", "runtime/k6data", "runtime/k6/options", "runtime/websocket", "stats", "metrics"}, goja: true},
	"runtime/k6/options": {ours: []string{"internal/ordered"}},
	"runtime/js":         {goja: true},
	"runtime/html":       {ours: []string{"runtime/js"}, goja: true},
	"runtime/k6crypto":   {ours: []string{"runtime/js"}, goja: true},
	"runtime/webcrypto":  {ours: []string{"runtime/js"}, goja: true},
	"runtime/script":     {goja: true},
	"runtime/bridge":     {},
	"runtime/load":       {},
	"runtime/websocket":  {ours: []string{"runtime/bridge"}},
	"scripts":            {}, // tests of the examples only
	"stats":              {},
	"metrics":            {ours: []string{"internal/ordered"}},
	"metrics/output":     {ours: []string{"metrics"}},
	"exporter":           {},
	"locustworker":       {ours: []string{"locustworker/zmtp", "stats"}},
	"locustworker/zmtp":  {},
	"fleet":              {ours: []string{"exporter", "stats", "metrics"}},
	"targetapi":          {},
	"bench/locust":       {ours: []string{"targetapi", "internal/tools"}}, // programs of their own
	"bench/truth":        {ours: []string{"internal/tools"}},
	"bench/peers":        {ours: []string{"internal/tools"}},
	"bench/pacer":        {ours: []string{"runtime/load"}},
	"runtime/k6data":     {ours: []string{"runtime/js"}, goja: true},
}

// testHelpers may also be imported by the tests of any package, as may any
// package below internal/.
var testHelpers = []string{"targetapi"}

// source is one Go file: its folder, "." for the root, and what it imports.
type source struct {
	file, dir string
	imports   []string
}

// breach says why s may not import imported, or returns "".
func (s source) breach(imported string) string {
	own := layers[s.dir]
	if imported == "github.com/dop251/goja" || strings.HasPrefix(imported, "github.com/dop251/goja/") ||
		strings.HasPrefix(imported, "github.com/dop251/goja_nodejs/") {
		if !own.goja {
			return "only packages whose row says goja know the JavaScript engine"
		}
		return ""
	}
	dir, ours := strings.CutPrefix(imported, modulePath+"/")
	if !ours || slices.Contains(own.ours, dir) || slices.Contains(own.ours, "*") {
		return ""
	}
	isTest := strings.HasSuffix(s.file, "_test.go")
	if isTest && (dir == s.dir || slices.Contains(testHelpers, dir) || strings.HasPrefix(dir, "internal/")) {
		return ""
	}
	return fmt.Sprintf("its row in layers_test.go allows only %v of ours", own.ours)
}

// sources parses the imports of every Go file below root, whatever its build
// tags, so that the rule holds on all platforms.
func sources(t *testing.T, root string) []source {
	t.Helper()
	var found []source
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && file != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
			return filepath.SkipDir
		}
		if entry.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{file: filepath.ToSlash(file), dir: filepath.ToSlash(filepath.Dir(file))}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imported)
		}
		found = append(found, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestImportsRunOneWay(t *testing.T) {
	unknown := map[string]bool{}
	for _, s := range sources(t, ".") {
		if _, ok := layers[s.dir]; !ok && !strings.HasPrefix(s.dir, "internal/") {
			unknown[s.dir] = true
			continue
		}
		for _, imported := range s.imports {
			if why := s.breach(imported); why != "" {
				t.Errorf("%s imports %s: %s", s.file, imported, why)
			}
		}
	}
	for dir := range unknown {
		t.Errorf("package %s is not in the table of layers_test.go: add a row that says what it may import", dir)
	}
}

func TestLayerRule(t *testing.T) {
	tests := []struct {
		file, imported string
		allowed        bool
	}{
		{"main.go", "katydid/web", true},
		{"main.go", "github.com/dop251/goja", true},
		{"web/page.go", "katydid/stats", true},
		{"web/page.go", "katydid/runtime/load", false},
		{"runtime/vu/vu.go", "katydid/runtime/bridge", true},
		{"runtime/vu/vu.go", "katydid/runtime/module", false},
		{"runtime/vu/vu.go", "github.com/dop251/goja", true},
		{"runtime/module/http.go", "katydid/runtime/vu", true},
		{"runtime/module/http.go", "github.com/dop251/goja_nodejs/url", true},
		{"runtime/bridge/client.go", "katydid/stats", false},
		{"runtime/bridge/client.go", "net/http", true},
		{"runtime/bridge/client.go", "github.com/dop251/goja/unistring", false},
		{"runtime/bridge/client_test.go", "katydid/targetapi", true},
		{"runtime/bridge/client.go", "katydid/targetapi", false},
		{"runtime/load/closed_test.go", "katydid/runtime/load", true},
		{"runtime/load/closed_test.go", "katydid/stats", false},
		{"stats/csv_test.go", "katydid/internal/golden", true},
		{"stats/csv.go", "katydid/internal/golden", false},
		{"stats/csv.go", "github.com/HdrHistogram/hdrhistogram-go", true},
	}
	for _, test := range tests {
		s := source{file: test.file, dir: path.Dir(test.file)}
		if why := s.breach(test.imported); (why == "") != test.allowed {
			t.Errorf("%s imports %s: allowed %v, want %v (%s)", test.file, test.imported, why == "", test.allowed, why)
		}
	}
}
