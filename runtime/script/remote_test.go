package script

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dop251/goja"
)

// web is a server that is all hosts, by TLS and without.
type web struct {
	files  map[string]string // URL without its scheme -> text
	asked  atomic.Int64
	client *http.Client
	plain  string // URL of the server without TLS
}

func newWeb(t testing.TB, files map[string]string) *web {
	t.Helper()
	w := &web{files: files}
	server := httptest.NewUnstartedServer(w)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of connections that were not used
	server.StartTLS()
	plain := httptest.NewServer(w)
	w.plain = plain.URL
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // its certificate is for example.com only
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			switch host, port, _ := net.SplitHostPort(addr); {
			case host == "gone.example":
				return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			case port == "443":
				addr = server.Listener.Addr().String()
			}
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}
	w.client = &http.Client{Transport: transport}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		plain.Close()
	})
	return w
}

func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.asked.Add(1)
	text, ok := w.files[r.Host+r.URL.Path]
	if !ok {
		text, ok = w.files[r.URL.Path]
	}
	switch to, moved := strings.CutPrefix(text, "-> "); {
	case !ok:
		http.NotFound(rw, r)
	case moved:
		http.Redirect(rw, r, to, http.StatusFound)
	default:
		kind, text, typed := strings.Cut(text, " :: ")
		if !typed {
			kind, text = "text/javascript", kind
		}
		rw.Header().Set("Content-Type", kind)
		_, _ = rw.Write([]byte(text))
	}
}

// online are Options for a script a.js in dir whose imports come from w.
func (w *web) online(t testing.TB, dir string) Options {
	return Options{Paths: []string{"a.js"}, Dir: dir, Builtins: builtins, Client: w.client, CacheDir: t.TempDir()}
}

func loaded(t testing.TB, o Options) *Script {
	t.Helper()
	s, warnings, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range warnings {
		t.Errorf("warning: %v", &warnings[i])
	}
	return s
}

func TestRemoteModules(t *testing.T) {
	w := newWeb(t, map[string]string{
		"example.com/lib/a.js":      `import { b } from "./b.js"; import { c } from "../c.js"; import d from "/d.json"; export const a = "a" + b + c + d.d;`,
		"example.com/lib/b.js":      `export let b = "b";`,
		"example.com/c.js":          `import { b } from "https://example.com/lib/b.js"; export const c = b + "c";`,
		"example.com/d.json":        `application/json :: {"d": "d"}`,
		"example.com/t.ts":          `video/mp2t :: export const t: string = "t"; type T = string;`,
		"example.com/typed":         `application/typescript; charset=utf-8 :: export const t: string = "typed";`,
		"example.com/data":          `application/json; charset=utf-8 :: [1, 2]`,
		"example.com/cjs.js":        `var d = require("./n.js"); exports.x = "x" + d; exports.y = function () { return "y"; };`,
		"example.com/n.js":          `module.exports = "n";`,
		"example.com/umd.js":        `(function (root, f) { if (typeof define === "function" && define.amd) define([], f); else if (typeof module === "object" && typeof exports !== "undefined") module.exports = f(); else root.U = f(); })(this, function () { return { parse: function (s) { return "parsed " + s; } }; });`,
		"example.com/moved.js":      "-> https://cdn.example/v2/index.js",
		"cdn.example/v2/index.js":   `export { part } from "./part.js";`,
		"cdn.example/v2/part.js":    `export const part = "part";`,
		"example.com/k6.js":         `import http from "k6/http"; export const kind = typeof http.get;`,
		"example.com/query.js":      `export const q = 1;`,
		"example.com/pattern.js":    `exports.load = function (e) { try { return require("./locale/" + e); } catch (e) { return "none"; } };`,
		"example.com/state.js":      `export const list = [];`,
		"example.com/try.js":        `try { require("crypto"); } catch (e) { exports.caught = true; }`,
		"example.com/bom.js":        "\ufeffexport const bom = 1;",
		"/local.js":                 `export const local = "local";`,
		"example.com/wait.js":       `export const w = await Promise.resolve("w");`,
		"example.com/lib/import.js": `export const url = import.meta.url, other = import.meta.resolve("./x.js");`,
	})
	for _, c := range []struct{ name, code, want string }{
		{"relative to a URL", `import { a } from "https://example.com/lib/a.js"; log(a);`, "abbcd"},
		{"TypeScript", `import { t } from "https://example.com/t.ts"; log(t);`, "t"},
		{"TypeScript by type", `import { t } from "https://example.com/typed"; log(t);`, "typed"},
		{"JSON by type", `import d from "https://example.com/data"; log("" + d.length);`, "2"},
		{"CommonJS", `import { x, y } from "https://example.com/cjs.js"; import * as all from "https://example.com/cjs.js"; log(x + y() + all.x);`, "xnyxn"},
		{"UMD", `import u, { parse } from "https://example.com/umd.js"; log(u.parse("a")); log(parse("b"));`, "parsed a parsed b"},
		{"require", `const u = require("https://example.com/umd.js"); log(u.parse("c"));`, "parsed c"},
		{"redirect", `import { part } from "https://example.com/moved.js"; log(part);`, "part"},
		{"builtin", `import { kind } from "https://example.com/k6.js"; log(kind);`, "function"},
		{"query and fragment", `import { q } from "https://example.com/query.js?v=1#x"; log("" + q);`, "1"},
		{"shared state", `import { list } from "https://example.com/state.js"; import { more } from "./more.js"; more(); log("" + list.length);`, "1"},
		{"Node module behind try", `import t from "https://example.com/try.js"; log("" + t.caught);`, "true"},
		{"computed require", `import { load } from "https://example.com/pattern.js"; log(load("de"));`, "none"},
		{"byte order mark", `import { bom } from "https://example.com/bom.js"; log("" + bom);`, "1"},
		{"loopback", `import { local } from "` + w.plain + `/local.js"; log(local);`, "local"},
		{"top-level await", `import { w } from "https://example.com/wait.js"; log(w);`, "w"},
		{"import.meta", `import { url, other } from "https://example.com/lib/import.js"; log(url); log(other);`, "https://example.com/lib/import.js https://example.com/lib/x.js"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, map[string]string{"a.js": c.code, "more.js": `import { list } from "https://example.com/state.js"; export const more = () => list.push(1);`})
			if got := run(t, loaded(t, w.online(t, dir))); got != c.want {
				t.Errorf("logged %q, want %q", got, c.want)
			}
		})
	}
}

func TestRemoteFaults(t *testing.T) {
	w := newWeb(t, map[string]string{
		"example.com/page.js":      "text/html; charset=utf-8 :: <p>hello</p>",
		"example.com/disguised.js": "\n<!DOCTYPE html><p>hello</p>",
		"example.com/down.js":      "-> http://example.com/x.js",
		"example.com/loop.js":      "-> https://example.com/loop.js",
		"example.com/huge.js":      strings.Repeat(" ", maxScript+1),
		"example.com/bad.js":       "\n\nexport const x = ;",
		"example.com/file.js":      `import "file:///etc/x.js";`,
		"example.com/npm.js":       `import "lodash";`,
		"example.com/up.js":        `import "./none.js";`,
	})
	for _, c := range []struct{ code, want string }{
		{`import x from "https://example.com/none.js"`, `a.js:1:15: cannot fetch https://example.com/none.js: 404 Not Found`},
		{"import './b.js';\nimport x from 'https://gone.example/x.js'", `a.js:2:15: cannot fetch https://gone.example/x.js: no such host`},
		{`import "https://example.com/page.js"`, `a.js:1:8: cannot fetch https://example.com/page.js: a web page came, not a script`},
		{`import "https://example.com/disguised.js"`, `a.js:1:8: cannot fetch https://example.com/disguised.js: a web page came, not a script`},
		{`import "https://github.com/a/b/blob/main/x.js"`, `a.js:1:8: cannot fetch https://github.com/a/b/blob/main/x.js: 404 Not Found; use the address of the raw file, on raw.githubusercontent.com`},
		{`import "https://example.com/down.js"`, `a.js:1:8: cannot fetch https://example.com/down.js: redirected to http://example.com/x.js: http is only allowed from this machine, use https`},
		{`import "https://example.com/loop.js"`, `a.js:1:8: cannot fetch https://example.com/loop.js: more than 10 redirects`},
		{`import "https://example.com/huge.js"`, `a.js:1:8: cannot fetch https://example.com/huge.js: more than 16 MB are too large for a script`},
		{`import "https://example.com/bad.js"`, `https://example.com/bad.js:3:18: Unexpected ";"`},
		{`import "https://example.com/file.js"`, `https://example.com/file.js:1:8: a remote module cannot import a file`},
		{`import "https://example.com/npm.js"`, `https://example.com/npm.js:1:8: cannot find "lodash"; a remote module imports by URL`},
		{`import "https://example.com/up.js"`, `https://example.com/up.js:1:8: cannot fetch https://example.com/none.js: 404 Not Found`},
	} {
		dir := write(t, map[string]string{"a.js": c.code, "b.js": ""})
		_, _, err := Load(w.online(t, dir))
		var e *Error
		if !errors.As(err, &e) || e.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

// TestSlowServer gives up when the caller's client does.
func TestSlowServer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	dir := write(t, map[string]string{"a.js": fmt.Sprintf("import 'http://%s/x.js'", silent.Addr())})
	_, _, err = Load(Options{Paths: []string{"a.js"}, Dir: dir, CacheDir: t.TempDir(), Client: &http.Client{Timeout: 20 * time.Millisecond}})
	want := fmt.Sprintf("a.js:1:8: cannot fetch http://%s/x.js: no answer in time", silent.Addr())
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestRemoteFrames shows URLs in tracebacks, and opens files next to the first script from remote code.
func TestRemoteFrames(t *testing.T) {
	w := newWeb(t, map[string]string{"example.com/lib/x.js": "import http from 'k6/http';\nexport const open = (p) => http.open(p);\nexport function run() {\n  nope();\n}\n"})
	dir := write(t, map[string]string{"s/a.js": `import { open, run } from "https://example.com/lib/x.js"; export { run }; log(open("d.csv"));`})
	o := w.online(t, dir)
	o.Paths = []string{"s/a.js"}
	s := loaded(t, o)
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
	if got := strings.Join(h.log, " "); got != "s/d.csv" {
		t.Errorf("opened %q", got)
	}
	fn, _ := goja.AssertFunction(h.exports["s/a.js"].Get("run"))
	_, err = fn(goja.Undefined())
	if _, got := Stack(err); got != "ReferenceError: nope is not defined\n    at run (https://example.com/lib/x.js:4:3)" {
		t.Errorf("traceback %s", got)
	}
	if got := strings.Join(s.Inputs, " "); got != "s/a.js" {
		t.Errorf("Inputs %q", got)
	}
}
