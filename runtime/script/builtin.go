package script

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	builtinNamespace = "builtin"
	builtinPrefix    = builtinNamespace + ":"
	// typesOnly is in a warning of esbuild's about an import of a type from JavaScript. The module has nothing in it, and
	// the name is undefined, as it is meant to be.
	typesOnly = `the file "builtin:k6/options" has no exports`
)

func (b *bundler) builtinPlugin(p api.PluginBuild) {
	p.OnResolve(api.OnResolveOptions{Filter: b.ownNames()}, b.resolveBuiltin)
	p.OnResolve(api.OnResolveOptions{Filter: "^" + jslibPrefix, Namespace: builtinNamespace}, resolveOwn)
	p.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: builtinNamespace}, b.loadBuiltin)
}

// ownNames matches the builtins and everything that looks like one.
func (b *bundler) ownNames() string {
	names := []string{`(katydid|k6)(/.*)?`}
	for name := range b.opts.Builtins {
		names = append(names, regexp.QuoteMeta(name))
	}
	slices.Sort(names)
	return "^(" + strings.Join(names, "|") + ")$"
}

func (b *bundler) resolveBuiltin(a api.OnResolveArgs) (api.OnResolveResult, error) {
	source, ok := b.opts.Builtins[a.Path]
	if !ok && a.Path == "k6/experimental/tracing" && !b.opts.NoReplacements { // what took its place has the same exports
		return resolveOwn(api.OnResolveArgs{Path: jslibPrefix + "http-instrumentation-tempo"})
	}
	if !ok {
		text, advice := b.unknown(a.Path)
		return api.OnResolveResult{Errors: []api.Message{{Text: text, Detail: hint(advice)}}}, nil
	}
	r := api.OnResolveResult{Path: a.Path, Namespace: builtinNamespace, SideEffects: api.SideEffectsFalse}
	if a.Kind == api.ResolveJSRequireCall && hostDefault.MatchString(source) {
		r.Path = requirePrefix + a.Path
	}
	return r, nil
}

// What require gives for a builtin whose default export comes from the host is that, as with k6. Requiring the ES module
// itself would make all its exports in every VM, with some of esbuild's helpers.
const requirePrefix = "require "

var hostDefault = regexp.MustCompile(`(?m)^export default (?:/\* @__PURE__ \*/ )?(\$k\.\w+\([^;\n]*\));$`)

// resolveOwn takes what only builtins import.
func resolveOwn(a api.OnResolveArgs) (api.OnResolveResult, error) {
	return api.OnResolveResult{Path: a.Path, Namespace: builtinNamespace, SideEffects: api.SideEffectsFalse}, nil
}

func (b *bundler) loadBuiltin(a api.OnLoadArgs) (api.OnLoadResult, error) {
	text := b.opts.Builtins[a.Path]
	if name, ok := strings.CutPrefix(a.Path, jslibPrefix); ok {
		text = jslib(name)
	}
	for _, name := range slices.Sorted(maps.Keys(b.absent[a.Path])) {
		text += "\nexport const " + name + " = void 0;"
	}
	if name, ok := strings.CutPrefix(a.Path, nodePrefix); ok {
		text = "throw new Error(" + quote(notNode(name).plain()) + ");"
	}
	if name, ok := strings.CutPrefix(a.Path, requirePrefix); ok {
		text = "module.exports = " + hostDefault.FindStringSubmatch(b.opts.Builtins[name])[1] + ";"
	}
	return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, nil
}

// tolerate turns errors about names that a module of k6 does not export into warnings: for k6 they are undefined. Often
// they are types, which an editor has imported. It says whether there was one, so that bundling again may do.
func (b *bundler) tolerate(errs []api.Message) (again bool) {
	for _, m := range errs {
		var module, name string
		if n, _ := fmt.Sscanf(m.Text, "No matching export in %q for import %q", &module, &name); n != 2 {
			continue
		}
		module, builtin := strings.CutPrefix(module, builtinPrefix)
		ofK6 := module == "k6" || strings.HasPrefix(module, "k6/") || strings.HasPrefix(module, jslibPrefix)
		if !builtin || !ofK6 || b.absent[module][name] || !identifier.MatchString(name) {
			continue
		}
		if b.absent[module] == nil {
			b.absent[module] = map[string]bool{}
		}
		b.absent[module][name], again = true, true
		w := fromMessage(m, b.cwd)
		w.Text = fmt.Sprintf("%q exports no %q: it is undefined", module, name)
		b.tolerated = append(b.tolerated, *w)
	}
	return again
}

var identifier = regexp.MustCompile(`^[A-Za-z_$][\w$]*$`)

// unknown says what is wrong with the name of a builtin that there is not.
func (b *bundler) unknown(name string) (text, advice string) {
	if extension, ok := strings.CutPrefix(name, "k6/x/"); ok {
		extension, _, _ = strings.Cut(extension, "/")
		return quote(name) + " is an extension, written in Go and compiled into a k6 binary: katydid does not have it", extensions[extension]
	}
	if strings.HasPrefix(name, "k6/browser") || strings.HasPrefix(name, "k6/experimental/browser") {
		return quote(name) + " is not here: katydid sends requests and drives no browser", "send what the page sends with k6/http"
	}
	switch name {
	case "k6/experimental/redis", "k6/experimental/tracing":
		return quote(name) + " is not here; k6 has dropped it too", ""
	case "k6/net/grpc", "k6/experimental/grpc", "k6/experimental/streams":
		return quote(name) + " is not here yet", ""
	}
	have := slices.DeleteFunc(slices.Sorted(maps.Keys(b.opts.Builtins)), func(name string) bool {
		return strings.HasPrefix(name, "katydid/") // parts of the module, not for scripts
	})
	for _, h := range have {
		if h != "k6" && (path.Base(h) == path.Base(name) || strings.HasPrefix(name, h) || strings.HasPrefix(h, name)) && h != "katydid" {
			return quote(name) + " is not here", fmt.Sprintf("did you mean %q?", h)
		}
	}
	meant := func(a, b string) int { return cmp.Compare(unlike(name, a), unlike(name, b)) }
	if h := slices.MinFunc(append(have, ""), meant); unlike(name, h) < len(path.Base(name))/2 {
		return quote(name) + " is not here", fmt.Sprintf("did you mean %q?", h)
	}
	return quote(name) + " is not here yet", "available: " + strings.Join(have, ", ")
}

// unlike counts the letters that are between what two names begin and end with alike.
func unlike(a, b string) int {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return max(len(a), len(b))
}

// extensions are what does the work of well-known extensions of k6 here.
var extensions = map[string]string{
	"csv":       `use k6/experimental/csv`,
	"dotenv":    `give variables with -e NAME=VALUE`,
	"encoding":  `use TextEncoder and TextDecoder`,
	"faker":     `use the npm package @faker-js/faker`,
	"file":      `files are read with open(), and written by what handleSummary returns`,
	"jsonpath":  `use the npm package jsonpath-plus`,
	"timestamp": `use Date`,
	"toml":      `use the npm package smol-toml`,
	"url":       `URL is a global`,
	"uuid":      `use crypto.randomUUID()`,
	"yaml":      `use the npm package js-yaml`,
}
