package script

import (
	"fmt"
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
