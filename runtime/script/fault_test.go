package script

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

var faults = []struct {
	name  string
	files map[string]string // a.js is loaded
	want  string
}{
	{"syntax", map[string]string{"a.js": "let a;\nlet b\n  = a x;"}, `a.js:3:7: Expected ";" but found "x"`},
	{"column counts letters, not bytes", map[string]string{"a.js": "let é = '日本' x;"}, `a.js:1:14: Expected ";" but found "x"`},
	{"in an import", map[string]string{"a.js": "import './lib/b.ts'", "lib/b.ts": "\nconst x: = 1;"}, `lib/b.ts:2:10: Unexpected "="`},
	{"several", map[string]string{"a.js": "import './x'; import './y';\nimport './z';"}, `a.js:1:8: cannot find "./x"; is the path right? It is relative to the file that imports it (and 2 more)`},
	{"package", map[string]string{"a.js": "import 'lodash/fp'"}, `a.js:1:8: cannot find "lodash/fp"; is the package installed? npm install lodash`},
	{"scoped package", map[string]string{"a.js": "import '@a/b/c'"}, `a.js:1:8: cannot find "@a/b/c"; is the package installed? npm install @a/b`},
	{"Node", map[string]string{"a.js": "import fs from 'fs'"}, `a.js:1:16: "fs" is not available: scripts do not run in Node; use open() from "katydid" to read files`},
	{"node:", map[string]string{"a.js": "import { readFile } from 'node:fs/promises'"}, `a.js:1:26: "node:fs/promises" is not available: scripts do not run in Node; use open() from "katydid" to read files`},
	{"k6", map[string]string{"a.js": "import ws from 'k6/ws'"}, `a.js:1:16: "k6/ws" is not here yet; available: k6/http, katydid`},
	{"katydid/x", map[string]string{"a.js": "import x from 'katydid/x'"}, `a.js:1:15: "katydid/x" is not here yet; available: k6/http, katydid`},
	{"no such export", map[string]string{"a.js": "import { HttpUsr } from 'katydid'; log(HttpUsr)"}, `a.js:1:10: No matching export in "katydid" for import "HttpUsr"; Did you mean to import "HttpUser" instead?`},
	{"http", map[string]string{"a.js": "import 'http://example.com/x.js'"}, `a.js:1:8: cannot import http://example.com/x.js: http is only allowed from this machine, use https`},
	{"ftp", map[string]string{"a.js": "import 'ftp://example.com/x.js'"}, `a.js:1:8: cannot import ftp://example.com/x.js: ftp is not allowed, use https`},
	{"no scheme", map[string]string{"a.js": "import x from '//example.com/x.js'"}, `a.js:1:15: "//example.com/x.js" has no scheme; write https://example.com/x.js`},
	{"a host without a scheme", map[string]string{"a.js": "import x from 'github.com/a/b/c.js'"}, `a.js:1:15: cannot find "github.com/a/b/c.js"; if it is on the web, write https://github.com/a/b/c.js`},
	{"an extension", map[string]string{"a.js": "import x from 'k6/x/sql/driver/y'"}, `a.js:1:15: "k6/x/sql/driver/y" is an extension, written in Go and compiled into a k6 binary: katydid does not have it`},
	{"an extension with a stand-in", map[string]string{"a.js": "import x from 'k6/x/faker'"}, `a.js:1:15: "k6/x/faker" is an extension, written in Go and compiled into a k6 binary: katydid does not have it; use the npm package @faker-js/faker`},
	{"a browser", map[string]string{"a.js": "\n\nimport { browser } from 'k6/browser'"}, `a.js:3:25: "k6/browser" is not here: katydid sends requests and drives no browser; send what the page sends with k6/http`},
	{"k6/net/grpc", map[string]string{"a.js": "import grpc from 'k6/net/grpc'"}, `a.js:1:18: "k6/net/grpc" is not here yet`},
	{"dropped", map[string]string{"a.js": "import r from 'k6/experimental/redis'"}, `a.js:1:15: "k6/experimental/redis" is not here; k6 has dropped it too`},
	{"misspelt", map[string]string{"a.js": "import http from 'k6/htpp'"}, `a.js:1:18: "k6/htpp" is not here; did you mean "k6/http"?`},
	{"nearly a builtin", map[string]string{"a.js": "import http from 'k6/https'"}, `a.js:1:18: "k6/https" is not here; did you mean "k6/http"?`},
	{"moved", map[string]string{"a.js": "import http from 'k6/experimental/http'"}, `a.js:1:18: "k6/experimental/http" is not here; did you mean "k6/http"?`},
	{"CSV", map[string]string{"a.js": "import d from './d.csv'", "d.csv": "a"}, `a.js:1:15: cannot import a file of this kind; use open() from "katydid" to read files`},
	{"text", map[string]string{"a.js": "import d from './d.txt'", "d.txt": "a"}, `a.js:1:15: cannot import a file of this kind; use open() from "katydid" to read files`},
	{"await in a function", map[string]string{"a.js": "await 1;\nfunction f() {\n  await 1; }"}, `a.js:3:3: "await" can only be used inside an "async" function`},
	{"what only goja dislikes", map[string]string{"a.js": "class A {}\nexport class B extends A {\n  static y = super.x;\n}"}, `a.js:3:14: 'super' keyword unexpected here`},
	{"what only goja's parser dislikes", map[string]string{"a.js": "\nexport const r =\n  /(?i:a)/;"}, `a.js:3:3: Invalid group`},
	{"fault in JSON", map[string]string{"a.js": "import './d.json'", "d.json": "{\n  \"a\": }"}, `d.json:2:8: Unexpected "}" in JSON`},
	{"binary", map[string]string{"a.js": "a\x00b"}, `script a.js: not a text file`},
	{"Latin-1", map[string]string{"a.js": "// \xe9"}, `script a.js: not UTF-8; save it as UTF-8`},
	{"missing", map[string]string{"b.js": ""}, `script a.js: no such file`},
	{"an empty directory", map[string]string{"a.js/x.csv": ""}, `script a.js: no script files in this directory; a script ends in .js .mjs .cjs .jsx .ts .mts .cts .tsx`},
}

func TestFaults(t *testing.T) {
	for _, c := range faults {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Load(Options{Paths: []string{"a.js"}, Dir: write(t, c.files), Builtins: builtins})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v is no *Error", err, err)
			}
			if e.Error() != c.want {
				t.Errorf("got  %s\nwant %s", e, c.want)
			}
		})
	}
	for path, want := range map[string]string{
		"a.csv":        "script a.csv: not a script; a script ends in .js .mjs .cjs .jsx .ts .mts .cts .tsx",
		"/dev/null.js": "script /dev/null.js: no such file",
	} {
		dir := write(t, map[string]string{"a.csv": ""})
		if _, _, err := Load(Options{Paths: []string{path}, Dir: dir}); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
	huge := write(t, map[string]string{"a.js": strings.Repeat(" ", maxScript+1)})
	_, _, err := Load(Options{Paths: []string{"a.js"}, Dir: huge})
	if err == nil || err.Error() != "script a.js: 16 MB is too large for a script (at most 16 MB); read data with open()" {
		t.Errorf("huge: %v", err)
	}
	if _, _, err := Load(Options{}); err == nil || err.Error() != "no script given" {
		t.Errorf("no paths: %v", err)
	}
}

// TestRequireOfNode fails only where it is run: libraries have it in branches that are not for here.
func TestRequireOfNode(t *testing.T) {
	dir := write(t, map[string]string{
		"a.js":                    `export const all = [() => require("path"), () => require("node:fs"), () => require("p")]; export default () => {};`,
		"node_modules/p/index.js": "\n require('net')"})
	s := load(t, dir, "a.js")
	h := newHost(t)
	if _, err := s.Call(h.vm, h.k); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"Error: \"path\" is not available: scripts do not run in Node\n    at a.js:1:27",
		"Error: \"node:fs\" is not available: scripts do not run in Node; use open() from \"katydid\" to read files\n    at a.js:1:50",
		"Error: \"net\" is not available: scripts do not run in Node\n    at node_modules/p/index.js (node_modules/p/index.js:2:2)\n    at a.js:1:76",
	} {
		fn, _ := goja.AssertFunction(h.exports["a.js"].Get("all").ToObject(h.vm).Get(string(rune('0' + i))))
		_, err := fn(goja.Undefined())
		if _, got := Stack(err); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestFaultInABuiltin(t *testing.T) {
	_, _, err := FromSource("a.js", `import { x } from "katydid"; log(x)`, Options{Builtins: map[string]string{"katydid": "export const x = ;"}})
	if err == nil || err.Error() != `katydid:1:18: Unexpected ";"` {
		t.Errorf("got %v", err)
	}
}

func TestWarnings(t *testing.T) {
	dir := write(t, map[string]string{
		"a.js":                    "import 'p'; import d from './d.json';\nexport const x = { a: d, a: 2 };\nexport const r = /\\p{L}/u;",
		"node_modules/p/index.js": "export const x = { a: 1, a: 2 }; log(x); log(/\\p{L}/u)",
		"d.json":                  `"` + strings.Repeat("x", bigData) + `"`})
	_, warnings, err := Load(Options{Paths: []string{"a.js"}, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range warnings {
		got = append(got, warnings[i].Error())
	}
	want := []string{
		`a.js:2:26: Duplicate key "a" in object literal`,
		"script d.json: 1 MB of JSON are copied into every virtual user; shared data exists once",
		`a.js:3:18: \p{...} does not match anything yet; write the letters out, as in [A-Za-z]`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestNoReadPermission(t *testing.T) {
	dir := write(t, map[string]string{"a.js": "log(1)"})
	if err := os.Chmod(filepath.Join(dir, "a.js"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(filepath.Join(dir, "a.js")); err == nil {
		return // root reads everything
	}
	_, _, err := Load(Options{Paths: []string{"a.js"}, Dir: dir})
	if err == nil || err.Error() != "script a.js: permission denied" {
		t.Errorf("got %v", err)
	}
}
