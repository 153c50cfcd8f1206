package script

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

var modules = []struct {
	name  string
	files map[string]string
	want  string
}{
	{"relative imports", map[string]string{
		"a.js":     `import { b } from "./lib/b.js"; import c from "./lib/c"; import * as d from "./lib"; log(b + c + d.e);`,
		"lib/b.js": `export const b = "b";`, "lib/c.ts": `const c: string = "c"; export default c;`, "lib/index.js": `export const e = "e";`}, "bce"},
	{"a cycle", map[string]string{
		"a.js": `import { b } from "./b.js"; export function a() { return "a"; } log(b());`,
		"b.js": `import { a } from "./a.js"; export function b() { return a() + "b"; }`}, "ab"},
	{"export star", map[string]string{
		"a.js": `export * from "./b.js"; export * as ns from "./b.js"; import { x } from "./b.js"; log("" + x);`, "b.js": `export const x = 1, y = 2;`}, "1"},
	{"JSON", map[string]string{
		"a.js": `import d, { n } from "./d.json"; log(d.list[1] + n);`, "d.json": `{"list": ["x", "y"], "n": "é"}`}, "yé"},
	{"JSON with attribute", map[string]string{
		"a.js": `import d from "./d.json" with { type: "json" }; log("" + d.length);`, "d.json": `[1,2,3]`}, "3"},
	{"a builtin that imports another", map[string]string{
		"a.js": `import http from "k6/http"; import { User } from "katydid"; log(typeof http.open + typeof User);`}, "functionfunction"},
	{"TypeScript", map[string]string{
		"a.ts": `enum E { A = 1, B } const enum C { X = "x" } namespace N { export const n: number = 3; } import type { T } from "./t"; import { type T as U, v } from "./t";
			abstract class P<T> { constructor(protected readonly x: T) {} } class Q extends P<string> { declare y: number; get() { return this.x!; } }
			const f = <T,>(x: T) => x satisfies T; log("" + E.B + E[1] + C.X + N.n + new Q("q").get() + f(v as any));`,
		"t.ts": `export interface T {} export const v = "v";`}, "2Ax3qv"},
	{"mts and cts", map[string]string{
		"a.mts": `import c = require("./c.cjs"); import { m } from "./m.mjs"; log(c.x + m);`, "c.cjs": `exports.x = "c";`, "m.mjs": `export const m = "m";`}, "cm"},
	{"legacy decorators", map[string]string{
		"tsconfig.json": `{ /* comment */ "compilerOptions": { "experimentalDecorators": true, } }`,
		"a.ts":          `function d(p: any, k: string, desc: PropertyDescriptor) { log(typeof p + k + typeof desc.value); } class A { @d m() {} }`}, "objectmfunction"},
	{"paths of tsconfig", map[string]string{
		"tsconfig.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*"] } } }`,
		"a.ts":          `import { x } from "@/x"; log(x);`, "src/x.ts": `export const x = "x";`}, "x"},
	{"npm: exports map", map[string]string{
		"a.js":                             `import p from "p"; import sub from "p/sub"; log(p + sub);`,
		"node_modules/p/package.json":      `{"exports": {".": {"node": "./node.js", "require": "./r.js", "import": "./i.js"}, "./sub": "./s.js"}}`,
		"node_modules/p/i.js":              `export default "esm";`,
		"node_modules/p/s.js":              `export default "sub";`,
		"node_modules/p/node_modules/x.js": ``}, "esmsub"},
	{"npm: CommonJS", map[string]string{
		"a.js":                        `import c, { named } from "c"; const again = require("c"); log(c.named + named + (again === c));`,
		"node_modules/c/package.json": `{"main": "lib"}`,
		"node_modules/c/lib/index.js": `"use strict"; Object.defineProperty(exports, "__x", {}); exports.named = require("./n").n; exports.dir = typeof __dirname;`,
		"node_modules/c/lib/n.json":   `{"n": "n"}`}, "nntrue"},
	{"npm: UMD", map[string]string{
		"a.js":                    `import u from "u"; log(u.v);`,
		"node_modules/u/index.js": `(function (root, f) { typeof exports === "object" && typeof module !== "undefined" ? module.exports = f() : root.u = f(); })(this, function () { return { v: "umd" }; });`}, "umd"},
	{"npm: browser field", map[string]string{
		"a.js":                          `import b from "b"; log(b());`,
		"node_modules/b/package.json":   `{"main": "node.js", "browser": {"./node.js": "./web.js", "fs": false}}`,
		"node_modules/b/node.js":        `module.exports = () => "node";`,
		"node_modules/b/web.js":         `const fs = require("fs"); module.exports = () => "web" + typeof fs.readFile;`,
		"node_modules/b/unused/main.js": `require("net")`}, "webundefined"},
	{"npm: module field", map[string]string{
		"a.js":                        `import m from "m"; log(m);`,
		"node_modules/m/package.json": `{"main": "c.js", "module": "m.js"}`, "node_modules/m/c.js": `module.exports = "cjs"`, "node_modules/m/m.js": `export default "esm"`}, "esm"},
	{"npm: named like one of Node's", map[string]string{
		"a.js": `import E from "events"; log(E);`, "node_modules/events/index.js": `module.exports = "npm";`}, "npm"},
	{"npm: Node module behind try", map[string]string{
		"a.js": `import t from "t"; log(t);`, "node_modules/t/index.js": `let x = "none"; try { x = require("crypto"); } catch {} module.exports = x;`}, "none"},
}

func TestModules(t *testing.T) {
	for _, c := range modules {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, c.files)
			entry := "a.js"
			for _, name := range []string{"a.ts", "a.mts"} {
				if _, ok := c.files[name]; ok {
					entry = name
				}
			}
			if got := run(t, load(t, dir, entry)); got != c.want {
				t.Errorf("logged %q, want %q", got, c.want)
			}
		})
	}
}

func TestExports(t *testing.T) {
	dir := write(t, map[string]string{
		"one.js":  `import { User } from "katydid"; class ApiUser extends User { v = 1; } export { ApiUser }; export default class extends ApiUser {}`,
		"two.ts":  `import { User } from "katydid"; export class ApiUser extends User { v = 2; } export const options = { vus: 3 }; export * from "./_lib.js";`,
		"_lib.js": `export const helper = "h";`})
	s := load(t, dir, "one.js", "two.ts")
	h := newHost(t)
	if _, err := s.Call(h.vm, h.k); err != nil {
		t.Fatal(err)
	}
	for path, keys := range map[string]string{"one.js": "ApiUser,default", "two.ts": "ApiUser,helper,options"} {
		got := slices.Sorted(slices.Values(h.exports[path].Keys()))
		if strings.Join(got, ",") != keys {
			t.Errorf("%s exports %q, want %s", path, got, keys)
		}
	}
	for path, want := range map[string]int64{"one.js": 1, "two.ts": 2} {
		u, err := h.vm.New(h.exports[path].Get("ApiUser"))
		if err != nil || u.Get("v").ToInteger() != want {
			t.Errorf("%s: ApiUser made %v, %v", path, u, err)
		}
	}
	if got := strings.Join(s.Inputs, " "); got != "_lib.js one.js two.ts" {
		t.Errorf("Inputs = %q", got)
	}
	if s.Dir != dir {
		t.Errorf("Dir = %q, want %q", s.Dir, dir)
	}
}

func TestUnusedBuiltinsAreLeftOut(t *testing.T) {
	big := map[string]string{"katydid": `export class Used {} export class Unused { m() { return "UNUSED"; } }`, "k6": `export const k = "K6CODE";`}
	s, _, err := FromSource("a.js", `import { Used } from "katydid"; import "k6"; export class U extends Used {}`, Options{Builtins: big})
	if err != nil {
		t.Fatal(err)
	}
	h := newHost(t)
	fn, err := h.vm.RunProgram(s.Program)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"UNUSED", "K6CODE"} {
		if strings.Contains(fn.String(), word) {
			t.Errorf("%s is in the bundle", word)
		}
	}
}

func TestFind(t *testing.T) {
	dir := write(t, map[string]string{
		"s/b.js": "", "s/a.ts": "", "s/sub/c.mjs": "", "s/_helper.js": "", "s/.hidden.js": "", "s/types.d.ts": "",
		"s/node_modules/p/index.js": "", "s/data.csv": "", "s/_lib/d.js": "", "other.js": ""})
	got, err := find([]string{"other.js", "s", "s/b.js"}, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"other.js", "s/a.ts", "s/b.js", "s/sub/c.mjs"}
	for i, f := range got {
		got[i] = display(f, dir)
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestCallerDir(t *testing.T) {
	dir := write(t, map[string]string{
		"s/a.js":       `import { open } from "katydid"; import { lib } from "../lib dir/l.js"; log(open("a.csv")); lib();`,
		"lib dir/l.js": `import http from "k6/http"; export function lib() { log(http.open("l.csv")); [1].forEach(() => log(http.open("m.csv"))); }`})
	s := load(t, dir, "s/a.js")
	h := newHost(t)
	err := h.k.Set("open", func(path string) (string, error) {
		abs, err := s.ResolveFrom(CallerDir(h.vm, s), path)
		return filepath.ToSlash(display(abs, dir)), err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Call(h.vm, h.k); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(h.log, " "); got != "s/a.csv lib dir/l.csv lib dir/m.csv" {
		t.Errorf("opened %q", got)
	}
	if got := CallerDir(goja.New(), s); got != filepath.Join(dir, "s") {
		t.Errorf("without a caller: %q", got)
	}
	for in, want := range map[string]string{"x.csv": filepath.Join(dir, "s/x.csv"), "../x": filepath.Join(dir, "x"), "/etc/x": "/etc/x"} {
		if got, err := s.Resolve(in); err != nil || got != want {
			t.Errorf("Resolve(%q) = %q, %v", in, got, err)
		}
	}
	if _, err := s.Resolve(""); err == nil {
		t.Error("an empty path was resolved")
	}
}
