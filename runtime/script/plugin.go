package script

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const openHint = `use open() from "katydid" to read files`

// plugin serves the builtin modules, those that are imported by URL and the sources that are not on disk, and turns down
// imports that can never work.
func (b *bundler) plugin() api.Plugin {
	return api.Plugin{Name: "katydid", Setup: func(p api.PluginBuild) {
		b.esbuild = p
		b.builtinPlugin(p)
		b.remotePlugin(p)
		p.OnResolve(api.OnResolveOptions{Filter: "^(node:)?(" + strings.Join(nodeModules, "|") + ")$"}, b.resolveNode)
		// esbuild would take these two in as text and as a style sheet.
		p.OnLoad(api.OnLoadOptions{Filter: `\.(txt|css)$`, Namespace: "file"}, refuseData)
		if len(b.opts.sources) > 0 {
			p.OnResolve(api.OnResolveOptions{Filter: `^/|^[A-Za-z]:`}, b.resolveSource)
		}
		p.OnResolve(api.OnResolveOptions{Filter: `^\.{0,2}/|^\.\.?$|^[A-Za-z]:`, Namespace: "file"}, b.resolveOwnFile)
		p.OnLoad(api.OnLoadOptions{Filter: `\.[cm]?[jt]sx?$`, Namespace: "file"}, b.loadSource)
	}}
}

func refuseData(a api.OnLoadArgs) (api.OnLoadResult, error) {
	return api.OnLoadResult{Errors: []api.Message{{Text: "cannot import a file of this kind", Detail: hint(openHint)}}}, nil
}

func (b *bundler) resolveSource(a api.OnResolveArgs) (api.OnResolveResult, error) {
	if _, ok := b.opts.sources[a.Path]; ok {
		return api.OnResolveResult{Path: a.Path, Namespace: "file"}, nil
	}
	return api.OnResolveResult{}, nil
}

// resolveOwnFile resolves the user's own JavaScript as esbuild would, without the "type" of a package.json: what is in a file
// says what it is, for k6 too. Else a UMD library next to a script of a "type": "module" package would export nothing.
func (b *bundler) resolveOwnFile(a api.OnResolveArgs) (api.OnResolveResult, error) {
	if _, ours := a.PluginData.(probing); ours || foreign(a.Importer) || a.ResolveDir == "" {
		return api.OnResolveResult{}, nil
	}
	r := b.esbuild.Resolve(a.Path, api.ResolveOptions{Importer: a.Importer, Namespace: a.Namespace, ResolveDir: a.ResolveDir,
		Kind: a.Kind, PluginData: probing{}})
	if len(r.Errors) > 0 || r.Namespace != "file" || foreign(r.Path) || !strings.HasSuffix(r.Path, ".js") {
		return api.OnResolveResult{}, nil
	}
	return api.OnResolveResult{Path: r.Path, Namespace: r.Namespace}, nil
}

// loadSource leaves most files to esbuild. Those with a byte order mark it gets
// without it, for it would count the mark as a column.
func (b *bundler) loadSource(a api.OnLoadArgs) (api.OnLoadResult, error) {
	text, given := b.opts.sources[a.Path]
	if !given {
		data, err := os.ReadFile(a.Path)
		if err != nil {
			return api.OnLoadResult{}, nil // esbuild says so
		}
		text = string(data)
	}
	changed := lookUp(strings.TrimPrefix(text, byteOrderMark), func(folder string) bool {
		return !foreign(a.Path) || !exists(filepath.Join(filepath.Dir(a.Path), folder))
	})
	if !given && changed == text {
		return api.OnLoadResult{}, nil
	}
	return api.OnLoadResult{Contents: &changed, Loader: api.LoaderDefault}, nil
}

const byteOrderMark = "\ufeff"

// nodeModules are the modules built into Node. An npm package of the same name
// (events, buffer, url) is used when it is installed: this table is only asked
// when an import could not be resolved.
var nodeModules = strings.Fields(`assert async_hooks buffer child_process cluster console constants crypto dgram
	diagnostics_channel dns dns/promises domain events fs fs/promises http http2 https inspector module net os path
	path/posix path/win32 perf_hooks process punycode querystring readline readline/promises repl stream
	stream/consumers stream/promises stream/web string_decoder sys test timers timers/promises tls trace_events
	tty url util util/types v8 vm wasi worker_threads zlib`)

// nodePrefix begins the names of the modules that stand for Node's.
const nodePrefix = "node "

// probing marks a question that the plugin itself asks esbuild.
type probing struct{}

// resolveNode lets a require of one of Node's modules, of which no package has the name, fail when it is run: many
// libraries have one in a branch that is only for Node.
func (b *bundler) resolveNode(a api.OnResolveArgs) (api.OnResolveResult, error) {
	if _, ours := a.PluginData.(probing); ours || a.Kind != api.ResolveJSRequireCall {
		return api.OnResolveResult{}, nil
	}
	if a.ResolveDir != "" {
		r := b.esbuild.Resolve(a.Path, api.ResolveOptions{Importer: a.Importer, Namespace: a.Namespace, ResolveDir: a.ResolveDir,
			Kind: a.Kind, PluginData: probing{}})
		if len(r.Errors) == 0 {
			return api.OnResolveResult{}, nil
		}
	}
	return api.OnResolveResult{Path: nodePrefix + a.Path, Namespace: builtinNamespace}, nil
}

// notNode says why one of Node's modules cannot be had.
func notNode(name string) *Error {
	return &Error{Text: quote(name) + " is not available: scripts do not run in Node", Hint: nodeHints[strings.TrimPrefix(name, "node:")]}
}

var nodeHints = map[string]string{
	"fs":          openHint,
	"fs/promises": openHint,
	"http":        `use this.client, or http from "k6/http"`,
	"https":       `use this.client, or http from "k6/http"`,
	"crypto":      `use the global crypto, or "k6/crypto"`,
	"url":         "URL and URLSearchParams are globals",
	"timers":      "setTimeout is a global",
	"console":     "console is a global",
	"buffer":      "use Uint8Array, TextEncoder, atob and btoa, or install the npm package buffer",
	"events":      "install the npm package events",
}
