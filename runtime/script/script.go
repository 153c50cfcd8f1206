// Package script finds the user's script files, bundles them with esbuild and
// compiles the bundle once with goja. The compiled program is shared by all
// virtual users; each evaluates it in a VM of its own.
//
// The bundle is one function whose first parameter, $k, is the host object. For
// every script file it calls $k.exports(namespace, path). Modules given as
// Options.Builtins may use anything else of $k.
//
// Modules may also be imported by their URLs, and by the names and URLs that k6
// scripts use; see Options.
package script

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"

	"github.com/dop251/goja"
	"github.com/evanw/esbuild/pkg/api"
)

// Options say what to load.
type Options struct {
	// Paths are script files or directories. A directory stands for all script
	// files below it, sorted by path, without names that begin with "_" or ".",
	// node_modules and declaration files (*.d.ts).
	Paths []string
	// Builtins are modules that exist without a file: the name a script imports
	// ("katydid", "k6/http") to the source of an ES module in JavaScript. They
	// may import each other. What is not used of them is not in the bundle, so
	// their top level must have no side effects that anybody relies on.
	Builtins map[string]string
	// Define puts members of the host object in the place of global ones: "JSON.parse" to "$k.parseJSON".
	Define map[string]string
	// Inert are members of the host object that do nothing as decorators of methods
	// in the VM of a user; those are then left out there.
	Inert []string
	// Dir is the folder that relative Paths, and the paths in errors and stack
	// traces, are relative to; "" means the current directory.
	Dir string

	// CacheDir is the folder in which modules imported by their URL are kept; "" means katydid/imports in the user's cache
	// folder. Any number of processes may share it.
	CacheDir string
	// Offline takes such modules only from CacheDir; what is not there is an error.
	Offline bool
	// Refresh asks for such modules again even if their copies in CacheDir are less than a day old.
	Refresh bool
	// Integrity pins URLs to the hashes of what may come from them, as Remote.Integrity has them. More are read from the
	// file LockName next to the first script.
	Integrity map[string]string
	// Relock leaves that file unread, for it is going to be written anew; see Script.Lock.
	Relock bool
	// NoReplacements fetches the well-known libraries for k6 too (those of jslib.k6.io, say), in whose place come the
	// package's own otherwise.
	NoReplacements bool
	// Client sends the requests for modules; nil means a client with the proxies of the environment.
	Client *http.Client

	sources  map[string]string // absolute path -> text of files that are not on disk
	entry    string            // instead of one that imports Paths
	entryDir string            // what it is relative to
}

// Script is the compiled bundle. It is immutable: any number of goroutines may
// use it at once, each with a VM of its own.
type Script struct {
	// Program evaluates to the bundle's function. Run it with Call, which knows
	// the further arguments it takes.
	Program *goja.Program
	// User is the same for the VM of a user, without what is inert there.
	User *goja.Program
	// Async: top-level await is used, so that the function returns a promise
	// and $k.exports is called only when what is awaited has settled.
	Async bool
	// Paths are the script files, in order, as $k.exports gets them: relative
	// to Options.Dir when below it, else absolute.
	Paths []string
	// Dir is the absolute folder of the first script.
	Dir string
	// Inputs are all files in the bundle, scripts and what they import (npm
	// packages too, builtins not), named as Paths are, sorted.
	Inputs []string
	// Remote are the modules in the bundle that were imported by their URLs, sorted by them.
	Remote []Remote
	// Size is the length of the bundle's source in bytes.
	Size int
	// Sum is its SHA-256 in hexadecimal: two processes with the same sum run the same script.
	Sum string

	cwd      string // absolute; what relative paths in frames are relative to
	needs    map[*goja.Program]needs
	opts     Options
	files    []string // absolute
	required required
}

// Load finds, bundles and compiles the scripts. Warnings concern the user's own
// files, never those of node_modules. The error is an *Error if the fault is in
// a script.
func Load(o Options) (*Script, []Warning, error) {
	cwd, err := absDir(o.Dir)
	if err != nil {
		return nil, nil, err
	}
	files, err := find(o.Paths, cwd, o.sources)
	if err != nil {
		return nil, nil, err
	}
	return o.load(cwd, files)
}

// load bundles and compiles the scripts, or what stands in their place in o.entry.
func (o *Options) load(cwd string, files []string) (*Script, []Warning, error) {
	pins, locked, err := o.pins(filepath.Dir(files[0]))
	if err != nil {
		return nil, nil, err
	}
	fetcher, done := o.newFetcher(pins)
	defer done()
	b := &bundler{opts: *o, cwd: cwd, files: files, fetcher: fetcher, locked: locked, absent: map[string]map[string]bool{}}
	out, warnings, err := b.bundle()
	if err != nil {
		return nil, warnings, err
	}
	code := slim(cheapen(out.code))
	lean := undecorate(code, o.Inert)
	out.code = direct(code)
	prg, more, err := compile(out, cwd)
	warnings = append(warnings, more...)
	if err != nil {
		return nil, warnings, err
	}
	sum := sha256.Sum256(out.code)
	needs := map[*goja.Program]needs{prg: needsOf(out.code)}
	user, size := prg, len(out.code)
	if !bytes.Equal(code, lean) {
		out.code = direct(lean)
		if user, _, err = compile(out, cwd); err != nil {
			return nil, warnings, err
		}
		needs[user] = needsOf(out.code)
	}
	s := &Script{
		Program: prg,
		User:    user,
		Async:   out.async,
		Dir:     filepath.Dir(files[0]),
		Inputs:  out.inputs,
		Remote:  fetcher.remotes(),
		Size:    size,
		Sum:     hex.EncodeToString(sum[:]),
		cwd:     cwd,
		needs:   needs,
		opts:    *o,
		files:   files,
	}
	for _, f := range files {
		s.Paths = append(s.Paths, display(f, cwd))
	}
	return s, warnings, nil
}

// FromSource loads one script from text instead of a file. The name ("a.js",
// "a.ts") decides about its kind and stands in stack traces; its imports are
// relative to Options.Dir. The name "-" is for text from standard input: it is
// called stdin.js, or stdin.ts if it is TypeScript.
func FromSource(name, code string, o Options) (*Script, []Warning, error) {
	cwd, err := absDir(o.Dir)
	if err != nil {
		return nil, nil, err
	}
	if name == "-" {
		name = "stdin" + kindOf(code)
	}
	o.Paths, o.Dir, o.sources = []string{name}, cwd, map[string]string{absPath(name, cwd): code}
	return Load(o)
}

// kindOf tells TypeScript from JavaScript by what its parser makes of a text. A text that is neither is JavaScript.
func kindOf(code string) string {
	parses := func(l api.Loader) bool {
		return len(api.Transform(code, api.TransformOptions{Loader: l, Target: api.ESNext}).Errors) == 0
	}
	if !parses(api.LoaderJS) && parses(api.LoaderTS) {
		return ".ts"
	}
	return ".js"
}

// absDir returns dir, or the current directory, absolute and without symbolic
// links: esbuild names files by their real path.
func absDir(dir string) (string, error) {
	if dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			return "", err
		}
		dir = wd
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	return abs, nil
}

func absPath(path, cwd string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(cwd, path)
}

// display names a file as people know it: relative when below cwd, else absolute.
func display(abs, cwd string) string {
	if rel, err := filepath.Rel(cwd, abs); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return abs
}
