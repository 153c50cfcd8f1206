package script

import (
	"errors"
	"path"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/dop251/goja"
)

// Calls of require whose argument esbuild cannot tell (require(name)) are answered while the script runs. What they name
// is bundled and compiled on first use, once for all VMs, apart from the script itself: a module that the script imports
// too is then there twice.

// pattern matches what esbuild would take for a pattern of file names, to bundle all files that fit, be they scripts or not.
// What the names begin with is in the last three groups, only one of which is not empty.
var pattern = regexp.MustCompile("\\brequire(\\(\\s*(?:\"(\\.\\.?/[^\"\\n]*)\"\\s*\\+|'(\\.\\.?/[^'\\n]*)'\\s*\\+|`(\\.\\.?/[^`$]*)\\$\\{))")

// lookUp leaves such calls to the function itself, if late says so of the folder. Its name has as many letters, so that
// columns stay.
func lookUp(text string, late func(folder string) bool) string {
	return pattern.ReplaceAllStringFunc(text, func(call string) string {
		m := pattern.FindStringSubmatch(call)
		if !late(path.Dir(m[2] + m[3] + m[4] + "x")) {
			return call
		}
		return "$lookup" + m[1]
	})
}

// required are the programs of such modules by what was asked for and from where.
type required struct {
	mu   sync.Mutex
	made map[[2]string]*outcome
}

type outcome struct {
	once   sync.Once
	script *Script
	err    error
}

// requireOf makes the function require of a VM.
func (s *Script) requireOf(vm *goja.Runtime, host goja.Value) goja.Value {
	have := map[[2]string]goja.Value{}
	return vm.ToValue(func(c goja.FunctionCall) goja.Value {
		key := s.requireKey(vm, c.Argument(0).String())
		if v, ok := have[key]; ok {
			return v
		}
		module, err := s.require(key)
		if err == nil {
			_, err = module.callWith(vm, module.Program, host, vm.ToValue(func(c goja.FunctionCall) goja.Value {
				have[key] = c.Argument(0)
				return goja.Undefined()
			}))
		}
		if err == nil {
			return have[key]
		}
		switch e := err.(type) {
		case *goja.Exception:
			panic(e) // not its value: a thrown text has its stack here only
		case *goja.InterruptedError:
			panic(e)
		case *goja.StackOverflowError:
			panic(e)
		}
		panic(vm.NewGoError(err))
	})
}

// requireKey is the folder in which to look and the name of the module to look for.
func (s *Script) requireKey(vm *goja.Runtime, name string) [2]string {
	base := s.callerURL(vm)
	if base.Scheme != "file" && relative.MatchString(name) {
		if u, err := base.Parse(name); err == nil {
			name = u.String()
		}
	}
	if base.Scheme == "file" {
		return [2]string{filepath.Dir(filepath.FromSlash(base.Path)), name}
	}
	return [2]string{s.Dir, name}
}

// require bundles a module. The error is an *Error.
func (s *Script) require(key [2]string) (*Script, error) {
	s.required.mu.Lock()
	if s.required.made == nil {
		s.required.made = map[[2]string]*outcome{}
	}
	o := s.required.made[key]
	if o == nil {
		o = &outcome{}
		s.required.made[key] = o
	}
	s.required.mu.Unlock()
	o.once.Do(func() {
		opts := s.opts
		opts.entry, opts.entryDir = "$module(require("+quote(key[1])+"));", key[0]
		o.script, _, o.err = opts.load(s.cwd, s.files)
		var e *Error
		if errors.As(o.err, &e) && e.File == entryName {
			o.err = errors.New(e.plain())
		}
	})
	return o.script, o.err
}
