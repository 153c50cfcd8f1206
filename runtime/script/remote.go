package script

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// Remote modules have their scheme as esbuild's namespace and the rest of the URL as their path: esbuild joins the two
// with a colon, and so calls them by their URLs in messages and in the source map.

func isURL(name string) bool {
	return strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://")
}

// newFetcher makes what the imports of one load are fetched with; done gives its connections back.
func (o *Options) newFetcher(pins map[string]string) (f *fetcher, done func()) {
	f = &fetcher{cache: openCache(o.CacheDir), offline: o.Offline, refresh: o.Refresh, pins: pins,
		ctx: context.Background(), got: map[string]*fetched{}}
	if o.Client != nil {
		c := *o.Client
		c.CheckRedirect = redirect
		f.client = &c
		return f, func() {}
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	f.client = &http.Client{Transport: t, CheckRedirect: redirect}
	return f, t.CloseIdleConnections
}

func (b *bundler) remotePlugin(p api.PluginBuild) {
	p.OnResolve(api.OnResolveOptions{Filter: `^[a-z]+://|^//`}, b.resolveRemote)
	for _, scheme := range []string{"https", "http"} {
		p.OnResolve(api.OnResolveOptions{Filter: `^\.{0,2}/|^\.\.?$`, Namespace: scheme}, b.resolveRemote)
		p.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: scheme}, b.loadRemote)
	}
}

// resolveRemote takes URLs, and what is relative to one.
func (b *bundler) resolveRemote(a api.OnResolveArgs) (api.OnResolveResult, error) {
	fail := func(text, advice string) (api.OnResolveResult, error) {
		return api.OnResolveResult{Errors: []api.Message{{Text: text, Detail: hint(advice)}}}, nil
	}
	u, err := url.Parse(a.Path)
	if err != nil {
		return fail(quote(a.Path)+" is not a URL", "")
	}
	if base, ok := a.PluginData.(string); ok { // imported by a remote module
		if b, err := url.Parse(base); err == nil {
			u = b.ResolveReference(u)
		}
	}
	if u.Scheme == "" {
		return fail(quote(a.Path)+" has no scheme", "write https:"+a.Path)
	}
	if u.Scheme == "file" {
		return b.resolveFileURL(a, u)
	}
	if err := allowed(u); err != nil {
		return fail("cannot import "+a.Path+": "+err.Error(), "")
	}
	u.Fragment = ""
	if name := b.replacement(u); name != "" {
		return api.OnResolveResult{Path: name, Namespace: builtinNamespace, SideEffects: api.SideEffectsFalse}, nil
	}
	return api.OnResolveResult{Path: strings.TrimPrefix(u.String(), u.Scheme+":"), Namespace: u.Scheme}, nil
}

// resolveFileURL takes file:///a/b.js for /a/b.js.
func (b *bundler) resolveFileURL(a api.OnResolveArgs, u *url.URL) (api.OnResolveResult, error) {
	if isURL(a.Namespace + ":" + a.Importer) {
		return api.OnResolveResult{Errors: []api.Message{{Text: "a remote module cannot import a file"}}}, nil
	}
	r := b.esbuild.Resolve(u.Path, api.ResolveOptions{Importer: a.Importer, Namespace: a.Namespace, ResolveDir: b.cwd, Kind: a.Kind})
	return api.OnResolveResult{Path: r.Path, Namespace: r.Namespace, Errors: r.Errors, Warnings: r.Warnings}, nil
}

func (b *bundler) loadRemote(a api.OnLoadArgs) (api.OnLoadResult, error) {
	address := a.Namespace + ":" + a.Path
	g := b.fetcher.get(address)
	if g.err != nil {
		return api.OnLoadResult{Errors: []api.Message{{Text: "cannot fetch " + address + ": " + g.err.Error(), Detail: b.advice(address, g.err)}}}, nil
	}
	text := lookUp(strings.TrimPrefix(string(g.text), byteOrderMark), func(string) bool { return true })
	return api.OnLoadResult{Contents: &text, Loader: loaderOf(address, g.kind), PluginData: g.final}, nil
}

// advice says what to do about an error of the fetcher.
func (b *bundler) advice(address string, err error) hint {
	switch e := err.(type) { //nolint:errorlint // these are never wrapped
	case *missing:
		return hint("this is an offline run; load the script once with a network, which fills " + e.dir)
	case *mismatch:
		return hint("if the change is meant, pin the new hash in " + LockName)
	}
	if strings.Contains(address, "//github.com/") && strings.Contains(address, "/blob/") {
		return "use the address of the raw file, on raw.githubusercontent.com"
	}
	return ""
}

// loaderOf tells a module's kind by the end of its URL's path, else by its content type.
func loaderOf(address, kind string) api.Loader {
	u, err := url.Parse(address)
	if err != nil {
		return api.LoaderJS
	}
	switch path.Ext(u.Path) {
	case ".ts", ".mts", ".cts":
		return api.LoaderTS
	case ".tsx":
		return api.LoaderTSX
	case ".jsx":
		return api.LoaderJSX
	case ".json":
		return api.LoaderJSON
	case ".js", ".mjs", ".cjs":
		return api.LoaderJS
	}
	kind, _, _ = strings.Cut(kind, ";")
	switch {
	case strings.HasSuffix(kind, "typescript"):
		return api.LoaderTS
	case strings.HasSuffix(kind, "/json"), strings.HasSuffix(kind, "+json"):
		return api.LoaderJSON
	}
	return api.LoaderJS
}

// remoteWarnings are about what was fetched, or was not.
func (b *bundler) remoteWarnings() []Warning {
	var all []Warning
	for _, r := range b.fetcher.remotes() {
		if g := b.fetcher.got[r.URL]; g.aged != nil {
			all = append(all, Warning{Text: "cannot fetch " + r.URL + ": " + g.aged.Error() + "; the copy in the cache is used"})
		}
		if b.locked && b.fetcher.pins[r.URL] == "" {
			all = append(all, Warning{File: LockName, Text: r.URL + " is not pinned", Hint: "write the file anew"})
		}
	}
	return all
}
