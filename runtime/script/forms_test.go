package script

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// k6Like are builtins as the package for k6's modules makes them.
var k6Like = map[string]string{
	"k6": `export const check = /* @__PURE__ */ $k.get("k6:check");
export const sleep = /* @__PURE__ */ $k.get("k6:sleep");
export default /* @__PURE__ */ $k.get("k6:default");
`,
	"k6/http": `export const get = /* @__PURE__ */ $k.get("k6/http:get");
export const post = /* @__PURE__ */ $k.get("k6/http:post");
export default /* @__PURE__ */ $k.get("k6/http:default");
`,
	"k6/options": "",
}

// k6Host is a host for k6Like: an export is a function that gives its own name, a default export has all of them.
func k6Host(t testing.TB) *host {
	t.Helper()
	h := newHost(t)
	h.vm.GlobalObject().Set("made", func(name string) { h.log = append(h.log, "["+name+"]") })
	get, err := h.vm.RunString(`(function get(name) {
		made(name);
		const [module, member] = name.split(":");
		if (member !== "default") return () => name;
		return { get: () => module + ".get", post: () => module + ".post", check: () => module + ".check" };
	})`)
	if err != nil {
		t.Fatal(err)
	}
	h.answer(t, get)
	return h
}

// forms are the ways in which k6 scripts import things. Each logs; what was made of the builtins is logged as [name].
var forms = []struct {
	name, file, code, want string
}{
	{"default import", "a.js", `import http from "k6/http"; log(http.get());`, "[k6/http:default] k6/http.get"},
	{"named import", "a.js", `import { get as g } from "k6/http"; log(g());`, "[k6/http:get] k6/http:get"},
	{"namespace", "a.js", `import * as http from "k6/http"; log(http.get());`, "[k6/http:get] k6/http:get"},
	{"both", "a.js", `import http, { post } from "k6/http"; log(http.get() + post());`, "[k6/http:post] [k6/http:default] k6/http.getk6/http:post"},
	{"unused", "a.js", `import http, { post } from "k6/http"; import * as k6 from "k6"; log("x");`, "x"},
	{"types in TypeScript", "a.ts", `import { Options } from "k6/options"; import type { Other } from "k6/options"; export const options: Options = {}; log("x");`, "x"},
	{"types in JavaScript", "a.js", `import { Options } from "k6/options"; log(typeof Options);`, "undefined"},
	{"types, unused", "a.js", `import { Options } from "k6/options"; import "k6/options"; log("x");`, "x"},
	{"require of a builtin", "a.js", `const http = require("k6/http"); const { check } = require("k6"); log(http.get() + check());`, "[k6/http:default] [k6:default] k6/http.getk6.check"},
	{"require as compilers write it", "a.js", `var d = (m) => m && m.__esModule ? m : { default: m }; var http_1 = d(require("k6/http")); log(http_1.default.get());`, "[k6/http:default] k6/http.get"},
	{"require in an ES module", "a.js", `import { get } from "k6/http"; const http = require("k6/http"); export default function () {} log(get() + http.get());`, "[k6/http:get] [k6/http:default] k6/http:getk6/http.get"},
	{"require of a file", "a.js", `const lib = require("./lib.js"), es = require("./es.js"), d = require("./d.json"); log(lib.x + es.x + es.default + d.d);`, "libesdefd"},
	{"require without extension", "a.js", `log(require("./lib").x + require("./typed").x);`, "libtyped"},
	{"named from CommonJS", "a.js", `import { x } from "./lib.js"; import lib, { f } from "./lib.js"; log(x + lib.x + f());`, "liblibf"},
	{"default of a compiled module", "a.js", `import d, { n } from "./compiled.js"; log(d + n);`, "dn"},
	{"default of CommonJS", "a.js", `import d from "./default.js"; import f from "./fn.js"; log(d + f());`, "dfn"},
	{"named from UMD", "a.js", `import { parse } from "./umd.js"; import Papa from "./umd.js"; log(parse() + Papa.parse());`, "umdumd"},
	{"in a package of type module", "a.js", `import { all } from "./mod/es.js"; log(all);`, "umddn"},
	{"pattern without files", "a.js", `import { load } from "./node_modules/m/m.min.js"; log(load("de"));`, "none"},
	{"pattern with files", "a.js", `import { load } from "./node_modules/m/with.js"; log(load("de"));`, "de"},
	{"computed require", "a.js", `const n = ["lib", "es", "typed"]; log(n.map((f) => require("./" + f + ".js".slice(0, f === "typed" ? 0 : 3)).x).join());`, "lib,es,typed"},
	{"computed require by patterns", "a.js", "const n = 'x'; log(require(`./sub/${n}.js`).x + require('./sub/' + n + '.js').x); exports.options = {};", "sub/xsub/x"},
	{"computed require of JSON and builtins", "a.js", `const f = (s) => require(s); log(f("./d.json").d + f("k6/http").get() + (f("k6/http") === f("k6/http")));`, "[k6/http:default] dk6/http.gettrue"},
	{"computed require is relative to its file", "a.js", `log(require("./sub/r.js").load("./x.js"));`, "sub/x"},
	{"computed require is run once", "a.js", `const f = (s) => require(s); f("./count.js").add(); log("" + f("./count.js").n);`, "counted 1"},
	{"computed require that throws", "a.js", `const f = (s) => require(s); try { f("./throws.js"); } catch (e) { log(e.message); }`, "thrown"},
	{"computed require of nothing", "a.js", `const f = (s) => require(s); for (const s of ["./none.js", "k6/ws"]) try { f(s); } catch (e) { log(e.message); }`,
		`cannot find "./none.js"; is the path right? It is relative to the file that imports it "k6/ws" is not here yet; available: k6, k6/http, k6/options`},
	{"import.meta", "a.js", `import { where } from "./sub/where.js"; log(import.meta.url); log(import.meta.resolve("./x/../y z.js")); log(where); log(import.meta.resolve("k6/http")); log(import.meta.resolve("https://a.example/b")); log(typeof import.meta.env);`,
		"file://DIR/a.js file://DIR/y%20z.js file://DIR/sub/d.json k6/http https://a.example/b undefined"},
	{"import.meta.resolve of a package", "a.js", `try { import.meta.resolve("lodash"); } catch (e) { log(e.message); }`, `import.meta.resolve: "lodash" is neither relative nor a URL`},
	{"file URL", "a.js", `import { x } from "file://DIR/es.js"; import d from "file://DIR/with%20blank.json"; log(x + d.b);`, "esb"},
	{"absolute path", "a.js", `import { x } from "DIR/es.js"; log(x);`, "es"},
	{"extensionless and TypeScript", "a.ts", `import { x } from "./typed"; import { x as y } from "./typed.ts"; import es from "./es"; log(x + y + es);`, "typedtypeddef"},
	{"JSON", "a.js", `import d from "./d.json"; log(d.d);`, "d"},
	{"top-level await", "a.js", `const v = await Promise.resolve("v"); import { x } from "./es.js"; export default function () {} log(v + x);`, "ves"},
	{"top-level await and require", "a.js", `const v = await Promise.resolve("v"); const lib = require("./lib.js"); export default function () {} log(v + lib.x);`, "vlib"},
	{"one module for all", "a.js", `import { n } from "./count.js"; import { bump } from "./sub/bump.js"; bump(); bump(); log("" + n);`, "counted 2"},
}

var formFiles = map[string]string{
	"lib.js":                     `exports.x = "lib"; exports.f = function () { return "f"; };`,
	"es.js":                      `export const x = "es"; export default "def";`,
	"typed.ts":                   `export const x: string = "typed";`,
	"d.json":                     `{"d": "d"}`,
	"with blank.json":            `{"b": "b"}`,
	"compiled.js":                `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "d"; exports.n = "n";`,
	"default.js":                 `exports.default = "d"; exports.n = "n";`,
	"fn.js":                      `module.exports = function () { return "fn"; };`,
	"umd.js":                     `(function (g, f) { typeof exports === "object" && typeof module !== "undefined" ? f(exports) : typeof define === "function" && define.amd ? define(["exports"], f) : f(g.U = {}); })(this, function (exports) { exports.parse = function () { return "umd"; }; });`,
	"mod/package.json":           `{"type": "module"}`,
	"mod/es.js":                  `import { parse } from "./umd.js"; import d, { n } from "./compiled.js"; export const all = parse() + d + n;`,
	"mod/umd.js":                 `!function (e, t) { "object" == typeof exports && "object" == typeof module ? module.exports = t() : e.U = t(); }(this, () => ({ parse: () => "umd" }));`,
	"mod/compiled.js":            `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "d"; exports.n = "n";`,
	"node_modules/m/m.min.js":    `exports.load = function (e) { try { return require("./locale/" + e); } catch (e) { return "none"; } };`,
	"node_modules/m/with.js":     `exports.load = function (e) { return require("./there/" + e + ".js"); };`,
	"node_modules/m/there/de.js": `module.exports = "de";`,
	"count.js":                   `log("counted"); export let n = 0; export const add = () => n++;`,
	"throws.js":                  `throw new Error("thrown");`,
	"sub/r.js":                   `exports.load = (s) => require(s).x;`,
	"sub/broken.js":              `let x = ;`,
	"sub/data.csv":               "a,b",
	"sub/x.js":                   `exports.x = "sub/x";`,
	"sub/bump.js":                `import { add } from "../count.js"; export const bump = add;`,
	"sub/where.js":               `export const where = import.meta.resolve("d.json".replace(/^/, "./"));`,
}

func TestForms(t *testing.T) {
	for _, c := range forms {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, formFiles)
			code := strings.ReplaceAll(c.code, "DIR", filepath.ToSlash(dir))
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(code), 0o600); err != nil {
				t.Fatal(err)
			}
			s := loaded(t, Options{Paths: []string{c.file}, Dir: dir, Builtins: k6Like})
			h := k6Host(t)
			if _, err := s.Call(h.vm, h.k); err != nil {
				_, traceback := Stack(err)
				t.Fatal(traceback)
			}
			if got := strings.ReplaceAll(strings.Join(h.log, " "), filepath.ToSlash(dir), "DIR"); got != c.want {
				t.Errorf("logged %q, want %q", got, c.want)
			}
		})
	}
}

// TestAbsentExports are undefined, as with k6: editors import types.
func TestAbsentExports(t *testing.T) {
	dir := write(t, map[string]string{
		"a.js": "import http, { Response, get } from 'k6/http';\nimport { chek } from 'k6';\nimport { b } from './b.js';\nlog(typeof Response + typeof chek + typeof get + b);",
		"b.js": "import { Response } from 'k6/http'; import { nothing } from " + utils + ";\nexport const b = typeof Response + typeof nothing;"})
	all := map[string]string{"k6/execution": jslibHost["k6/execution"]}
	maps.Copy(all, k6Like)
	s, warnings, err := Load(Options{Paths: []string{"a.js"}, Dir: dir, Builtins: all})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range warnings {
		got = append(got, warnings[i].Error())
	}
	want := []string{
		`a.js:1:16: "k6/http" exports no "Response": it is undefined`,
		`a.js:2:10: "k6" exports no "chek": it is undefined; Did you mean to import "check" instead?`,
		`b.js:1:46: "jslib/k6-utils" exports no "nothing": it is undefined`,
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("warnings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	h := k6Host(t)
	if _, err := s.Call(h.vm, h.k); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(h.log, " "); got != "[k6/http:get] undefinedundefinedfunctionundefinedundefined" {
		t.Errorf("logged %s", got)
	}
}

// TestCommonJSScripts exports what the script put into exports, not Node's view of it.
func TestCommonJSScripts(t *testing.T) {
	for name, code := range map[string]string{
		"exports":        `exports.options = { vus: 2 }; exports.default = function () { return "run"; }; exports.setup = () => {};`,
		"module.exports": `module.exports = { options: { vus: 2 }, default: () => "run", setup() {} };`,
		"compiled":       `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.options = { vus: 2 }; exports.default = function () { return "run"; }; exports.setup = () => {};`,
		"of a package":   `require("./b.js"); module.exports = { options: { vus: 2 }, default: () => "run", setup() {} };`,
		"bundled":        `(() => { var r = {}; r.d = (e, k) => { for (var n in k) Object.defineProperty(e, n, { enumerable: true, get: k[n] }); }; var out = {}; r.d(out, { default: () => run, options: () => o, setup: () => run }); const http = require("k6/http"); const o = { vus: 2 }; function run() { http.get(); return "run"; } module.exports = out; })();`,
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"a.js": code, "b.js": `export const options = { vus: 3 };`}
			if name == "of a package" {
				files["package.json"] = `{"type": "module"}`
			}
			dir := write(t, files)
			s := loaded(t, Options{Paths: []string{"b.js", "a.js"}, Dir: dir, Builtins: k6Like})
			h := k6Host(t)
			if _, err := s.CallUser(h.vm, h.k); err != nil {
				t.Fatal(err)
			}
			ns := h.exports["a.js"]
			run, ok := goja.AssertFunction(ns.Get("default"))
			if !ok {
				t.Fatalf("default is %v", ns.Get("default"))
			}
			v, err := run(goja.Undefined())
			if err != nil || v.String() != "run" {
				t.Errorf("default gave %v, %v", v, err)
			}
			if vus := ns.Get("options").ToObject(h.vm).Get("vus").ToInteger(); vus != 2 || ns.Get("setup") == nil {
				t.Errorf("options.vus %d", vus)
			}
		})
	}
}

// TestLeanBundle looks at what a k6 script leaves in the VM of a user.
func TestLeanBundle(t *testing.T) {
	s, _, err := FromSource("a.js", `import http from "k6/http"; import { check, sleep } from "k6"; import { Options } from "k6/options";
export const options = { vus: 1 };
export function setup() { return 1; }
export default function () { check(http.get("/")); }
`, Options{Builtins: k6Like})
	if err != nil {
		t.Fatal(err)
	}
	h := k6Host(t)
	fn, err := h.vm.RunProgram(s.User)
	if err != nil {
		t.Fatal(err)
	}
	code := fn.String()
	if found := regexp.MustCompile(`\b__\w+`).FindString(strings.ReplaceAll(code, "@__PURE__", "")); found != "" {
		t.Errorf("%s is in the bundle:\n%s", found, code)
	}
	for _, unused := range []string{"sleep", "post", "k6/http:get", "k6:default"} {
		if strings.Contains(code, unused) {
			t.Errorf("%s is in the bundle:\n%s", unused, code)
		}
	}
	if _, err := s.CallUser(h.vm, h.k); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(h.log, " "); got != "[k6/http:default] [k6:check]" && got != "[k6:check] [k6/http:default]" {
		t.Errorf("made %s", got)
	}
}

func TestStandardInput(t *testing.T) {
	dir := write(t, map[string]string{"lib.js": `export const x = "lib";`})
	for code, want := range map[string]string{
		`import { x } from "./lib.js"; log(x);`:                                      "stdin.js lib",
		`import { x } from "./lib.js"; const y: string = x; log(y as string);`:       "stdin.ts lib",
		`const a = 1, b = 2, c = 3; log("" + (a < b > (c)));`:                        "stdin.js false",
		"import { x } from './lib.js';\nconst v = await Promise.resolve(x); log(v);": "stdin.js lib",
	} {
		s, _, err := FromSource("-", code, Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Paths[0] + " " + run(t, s); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	if _, _, err := FromSource("-", "const x = ;", Options{Dir: dir}); err == nil || err.Error() != `stdin.js:1:11: Unexpected ";"` {
		t.Errorf("got %v", err)
	}
}

// TestOpenFromTheFirstScript finds files where k6 does, too: next to the first script.
func TestOpenFromTheFirstScript(t *testing.T) {
	dir := write(t, map[string]string{"a.js": "", "near.csv": "", "both.csv": "", "lib/both.csv": "", "lib/far.csv": ""})
	s := load(t, dir, "a.js")
	for in, want := range map[string]string{"near.csv": "near.csv", "both.csv": "lib/both.csv", "far.csv": "lib/far.csv", "none.csv": "lib/none.csv",
		"file://" + filepath.ToSlash(dir) + "/a%20b": "a b"} {
		got, err := s.ResolveFrom(filepath.Join(dir, "lib"), in)
		if got = filepath.ToSlash(display(got, dir)); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
}
