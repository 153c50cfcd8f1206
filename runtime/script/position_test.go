package script

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// Each throws at "new Error" or at "nope" when run is called (or awaited).
var throwers = []struct{ name, file, text string }{
	{"plain", "a.js", "\n\nexport function run() {\n  if (1) {\n\tthrow new Error('x');\n  }\n}\n"},
	{"first line", "a.js", "export const run = () => { throw new Error('x'); };"},
	{"CRLF", "a.js", "// one\r\n/* two\r\n */ export function run() {\r\n    nope();\r\n}\r\n"},
	{"BOM", "a.js", "\ufeffexport function run() { nope(); }\n"},
	{"letters beyond ASCII", "a.js", "export function run() { const s = '日本語 é'; /* ü */ nope(s); }\n"},
	{"TypeScript", "a.ts", "interface I { x: number }\nenum E { A, B }\nexport function run<T extends I>(x: T, y?: string): void {\n  const z: number = <any>nope;\n}\n"},
	{"after const enum and namespace", "a.ts", "namespace N { export const a: number = 1 }\ndeclare const q: string;\n\nexport const run = (): never => { throw new Error(E.X); }\nconst enum E { X = 'x' }\n"},
	{"decorated method", "a.js", "function d(m) { return m; }\nclass A {\n  @d\n  @d static m() {\n    return nope;\n  }\n}\nexport const run = () => A.m();\n"},
	{"method of a decorated class", "a.ts", "const d = (c: any, x: any) => c;\n@d class A {\n  #p = 1;\n  @d accessor q = 2;\n  m(): number { return this.#p + nope; }\n}\nexport const run = () => new A().m();\n"},
	{"async function", "a.js", "export async function run() {\n  await 1;\n  throw new Error('x');\n}\n"},
	{"async generator", "a.js", "async function* g() {\n  yield 1;\n  yield nope;\n}\nexport async function run() { for await (const x of g()) ; }\n"},
	{"for await", "a.js", "export async function run() {\n  for await (const x of [1]) {\n    nope(x);\n  }\n}\n"},
	{"using", "a.js", "export function run() {\n  using r = null;\n  nope();\n}\n"},
	{"a name to escape", "sub dir/ä#%41?é.js", "export function run() { nope(); }\n"},
	{"CommonJS", "a.cjs", "exports.run = function () {\n  nope();\n};\n"},
	{"behind a top-level await", "a.js", "await 0;\nexport function run() {\n  nope();\n}\n"},
	{"defined symbols", "a.js", "const s = [Symbol.dispose, Symbol.asyncDispose, Symbol.metadata];\nexport function run() { nope(); }\n"},
	{"imported", "a.js", "export { run } from './lib/b.js';"},
	{"npm", "a.js", "export { run } from 'p';"},
	{"npm CommonJS", "a.js", "import c from 'c'; export const run = c;"},
}

var throwerLibs = map[string]string{
	"lib/b.js":                "// b\nimport './c.js'; export function run() { nope(); }",
	"lib/c.js":                "export class C { m() {} }\n\n",
	"node_modules/p/index.js": "\n\n  export function run() { nope(); }",
	"node_modules/c/index.js": "module.exports = function run() {\n\n return nope; }",
}

func TestPositions(t *testing.T) {
	for _, c := range throwers {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{c.file: c.text, "other.js": "import { between } from 'katydid'; export const w = between(1, 2);"}
			for name, text := range throwerLibs {
				files[name] = text
			}
			file, text := c.file, c.text
			switch c.name {
			case "imported":
				file = "lib/b.js"
			case "npm":
				file = "node_modules/p/index.js"
			case "npm CommonJS":
				file = "node_modules/c/index.js"
			}
			if file != c.file {
				text = files[file]
			}
			mark := "nope"
			if !strings.Contains(text, mark) {
				mark = "new Error"
			}
			line, column := position(t, text, mark)
			want := fmt.Sprintf("%s:%d:%d", file, line, column)
			traceback := throwOf(t, load(t, write(t, files), "other.js", c.file), c.file)
			first := strings.Split(traceback, "\n")[1]
			if !strings.HasSuffix(strings.TrimSuffix(first, ")"), want) || strings.Contains(first, "/"+want) {
				t.Errorf("want %s in\n%s", want, traceback)
			}
		})
	}
}

// throwOf calls the exported function run and returns the traceback.
func throwOf(t *testing.T, s *Script, path string) string {
	t.Helper()
	h := newHost(t)
	if _, err := s.Call(h.vm, h.k); err != nil {
		t.Fatal(Stack(err))
	}
	run, ok := goja.AssertFunction(h.exports[path].Get("run"))
	if !ok {
		t.Fatal("run is not exported")
	}
	v, err := run(goja.Undefined())
	if err != nil {
		_, traceback := Stack(err)
		return traceback
	}
	p, ok := v.Export().(*goja.Promise)
	if !ok || p.State() != goja.PromiseStateRejected {
		t.Fatalf("nothing was thrown: %v", v)
	}
	_, traceback := StackOf(p.Result())
	return traceback
}

func TestFramesOutsideTheFolderAreAbsolute(t *testing.T) {
	dir := write(t, map[string]string{"in/a.js": "export { run } from '../out/b.js';", "out/b.js": "export function run() { nope; }"})
	s := load(t, filepath.Join(dir, "in"), "a.js")
	want := "ReferenceError: nope is not defined\n    at run (" + filepath.Join(dir, "out", "b.js") + ":1:25)"
	if got := throwOf(t, s, "a.js"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

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
	{"require of Node's", map[string]string{"a.js": "const p = require('path')"}, `a.js:1:19: "path" is not available: scripts do not run in Node`},
	{"Node in a package", map[string]string{"a.js": "import 'p'", "node_modules/p/index.js": "require('net')"}, `node_modules/p/index.js:1:9: "net" is not available: scripts do not run in Node`},
	{"k6", map[string]string{"a.js": "import ws from 'k6/ws'"}, `a.js:1:16: "k6/ws" is not here yet; available: k6/http, katydid`},
	{"katydid/x", map[string]string{"a.js": "import x from 'katydid/x'"}, `a.js:1:15: "katydid/x" is not here yet; available: k6/http, katydid`},
	{"no such export", map[string]string{"a.js": "import { HttpUsr } from 'katydid'; log(HttpUsr)"}, `a.js:1:10: No matching export in "katydid" for import "HttpUsr"; Did you mean to import "HttpUser" instead?`},
	{"network", map[string]string{"a.js": "import 'https://jslib.k6.io/x.js'"}, `a.js:1:8: imports over the network are not here yet; download https://jslib.k6.io/x.js and import it by its path`},
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
	{"huge", map[string]string{"a.js": strings.Repeat("// 4567890123456\n", maxScript/17+1)}, `script a.js: 16 MB is too large for a script (at most 16 MB); read data with open()`},
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
	if _, _, err := Load(Options{}); err == nil || err.Error() != "no script given" {
		t.Errorf("no paths: %v", err)
	}
}

func TestFaultInABuiltin(t *testing.T) {
	_, _, err := FromSource("a.js", `import { x } from "katydid"; log(x)`, map[string]string{"katydid": "export const x = ;"})
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
