package script

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// entryName is the file that imports all scripts; it exists only for esbuild.
const entryName = "<entry>"

type bundler struct {
	opts    Options
	cwd     string
	files   []string // absolute
	fetcher *fetcher
	locked  bool            // there is a lock file
	common  map[string]bool // scripts that are CommonJS modules
	esbuild api.PluginBuild

	absent    map[string]map[string]bool // exports that builtins do not have, by module
	tolerated []Warning                  // about those
}

// bundled is what esbuild made of the scripts.
type bundled struct {
	code      []byte
	sourceMap []byte
	inputs    []string
	common    map[string]bool // absolute paths of the CommonJS modules among inputs
	async     bool
}

// bundle runs esbuild: once, or again when a script uses top-level await, for an
// async wrapper for all would make every start wait for a promise, and when one
// turns out to be a CommonJS module.
func (b *bundler) bundle() (*bundled, []Warning, error) {
	out, warnings, err := b.build()
	if err != nil {
		return nil, warnings, err
	}
	for _, f := range b.files {
		if out.common[f] && !b.common[f] {
			b.common = out.common
			return b.bundle()
		}
	}
	return out, slices.Concat(warnings, b.remoteWarnings()), nil
}

func (b *bundler) build() (*bundled, []Warning, error) {
	out := &bundled{}
	r := api.Build(b.options(false))
	if onlyAwaits(r.Errors) {
		out.async = true
		r = api.Build(b.options(true))
	}
	warnings := append(b.warnings(r.Warnings), b.tolerated...)
	if b.tolerate(r.Errors) {
		return b.build()
	}
	if len(r.Errors) > 0 {
		return nil, warnings, fromMessages(r.Errors, b.cwd)
	}
	for _, f := range r.OutputFiles {
		switch filepath.Ext(f.Path) {
		case ".js":
			out.code = f.Contents
		case ".map":
			out.sourceMap = f.Contents
		}
	}
	big, err := b.readMeta(r.Metafile, out)
	return out, append(warnings, big...), err
}

func onlyAwaits(errs []api.Message) bool {
	for _, e := range errs {
		if !strings.HasPrefix(e.Text, "Top-level await is not available") {
			return false
		}
	}
	return len(errs) > 0
}

func (b *bundler) options(await bool) api.BuildOptions {
	return api.BuildOptions{
		Stdin:          b.entry(),
		AbsWorkingDir:  b.cwd,
		Outfile:        filepath.Join(b.cwd, "bundle.js"), // never written; sources are relative to it
		Bundle:         true,
		Format:         api.FormatESModule,
		Platform:       api.PlatformBrowser,
		MainFields:     []string{"browser", "module", "main"},
		Conditions:     []string{"module", "browser"}, // "import", "require" and "default" always count
		Target:         api.ESNext,
		Supported:      lowered(await),
		Sourcemap:      api.SourceMapExternal,
		SourcesContent: api.SourcesContentExclude,
		Charset:        api.CharsetASCII, // goja counts columns in bytes, source maps in UTF-16 units
		LegalComments:  api.LegalCommentsNone,
		LogLevel:       api.LogLevelSilent,
		LogOverride:    map[string]api.LogLevel{"ignored-bare-import": api.LogLevelSilent}, // import "katydid"
		Metafile:       true,
		Plugins:        []api.Plugin{b.plugin()},
		Define:         b.define(),
	}
}

// define is what esbuild puts in place of names that no variable hides.
func (b *bundler) define() map[string]string {
	names := map[string]string{"process.env.NODE_ENV": `"production"`, "global": "globalThis", "import.meta": "$meta"}
	for name, to := range b.opts.Define {
		names[name] = to
	}
	return names
}

// lowered lists what goja cannot do. Everything else stays as it was written:
// goja's own classes, private fields and so on are faster than any rewriting.
func lowered(await bool) map[string]bool {
	return map[string]bool{
		"async-generator":      false,
		"for-await":            false,
		"decorators":           false,
		"using":                false,
		"regexp-set-notation":  false,
		"regexp-match-indices": false,
		"dynamic-import":       false,
		"import-meta":          false,
		"hashbang":             false,
		"top-level-await":      await,
	}
}

// entry is the text that imports the scripts. Those that are CommonJS modules it requires: esbuild would else give them
// Node's default export, which is all that they export.
func (b *bundler) entry() *api.StdinOptions {
	if b.opts.entry != "" {
		return &api.StdinOptions{Contents: b.opts.entry, Sourcefile: entryName, ResolveDir: b.opts.entryDir}
	}
	var imports, exports strings.Builder
	for i, f := range b.files {
		name, path := quote(display(f, b.cwd)), quote(filepath.ToSlash(f))
		if b.common[f] {
			fmt.Fprintf(&exports, "$k.exports(require(%s), %s);\n", path, name)
			continue
		}
		fmt.Fprintf(&imports, "import * as m%d from %s;\n", i, path)
		fmt.Fprintf(&exports, "$k.exports(m%d, %s);\n", i, name)
	}
	return &api.StdinOptions{Contents: imports.String() + exports.String(), Sourcefile: entryName, ResolveDir: b.cwd}
}

// quote writes a JavaScript string; JSON's are, Go's %q is not.
func quote(s string) string {
	q, err := json.Marshal(s)
	if err != nil {
		return strconv.Quote(s)
	}
	return string(q)
}

// warnings keeps those about the user's own files.
func (b *bundler) warnings(msgs []api.Message) []Warning {
	var out []Warning
	for _, m := range msgs {
		l := m.Location
		if l == nil || strings.HasPrefix(l.File, builtinPrefix) || foreign(l.File) || strings.Contains(m.Text, typesOnly) {
			continue
		}
		out = append(out, *fromMessage(m, b.cwd))
	}
	return out
}

// foreign tells what others wrote: files of npm packages and what is imported by its URL.
func foreign(name string) bool {
	return isURL(name) || slices.Contains(strings.Split(filepath.ToSlash(name), "/"), "node_modules")
}

// bigData is the size in bytes from which an imported JSON file is worth a word.
const bigData = 1 << 20

func (b *bundler) readMeta(meta string, out *bundled) ([]Warning, error) {
	var m struct {
		Inputs map[string]struct {
			Bytes  int
			Format string
		}
	}
	if err := json.Unmarshal([]byte(meta), &m); err != nil {
		return nil, fmt.Errorf("bundling the scripts: %w", err)
	}
	var warnings []Warning
	out.common = map[string]bool{}
	for name, in := range m.Inputs {
		if name == entryName || strings.HasPrefix(name, builtinPrefix) || isURL(name) {
			continue
		}
		path := absPath(filepath.FromSlash(name), b.cwd)
		out.common[path] = in.Format == "cjs"
		name = display(path, b.cwd)
		out.inputs = append(out.inputs, name)
		if in.Bytes >= bigData && strings.HasSuffix(name, ".json") {
			warnings = append(warnings, Warning{File: name,
				Text: fmt.Sprintf("%d MB of JSON are copied into every virtual user", in.Bytes>>20),
				Hint: "shared data exists once"})
		}
	}
	slices.Sort(out.inputs)
	return warnings, nil
}
