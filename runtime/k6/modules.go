// Package k6 is the vocabulary of k6 scripts: the modules that they import, and what a virtual user of such a script
// knows of itself (tags, group, scenario, iteration). Written from a description of k6's behaviour, not from its code.
//
// Each module, and each member of it, is made when a VM first uses it: a user pays for what its script touches.
package k6

import (
	"fmt"
	"strings"
	"sync"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/k6crypto"
	"katydid/runtime/k6data"
	"katydid/runtime/script"
	"katydid/runtime/vu"
)

// A spec is a module: what scripts can import under a name.
type spec struct {
	names []string // of its exports; all of them together are the default export too
	build func(s *State, name string) goja.Value
}

var (
	table     map[string]spec
	tableOnce sync.Once
)

// modules are the modules that there are, by name.
func modules() map[string]spec {
	tableOnce.Do(func() {
		table = map[string]spec{
			"k6":            basics(),
			"k6/http":       httpModule(),
			"k6/html":       htmlModule(),
			"k6/metrics":    custom(),
			"k6/execution":  execution(),
			"k6/timers":     globals("setTimeout", "clearTimeout", "setInterval", "clearInterval"),
			"k6/data":       data(),
			"k6/ws":         legacySockets(),
			"k6/websockets": webSockets(),
			"k6/secrets":    secrets(),

			"k6/experimental/fs":        files(),
			"k6/experimental/csv":       tables(),
			"k6/experimental/webcrypto": globals("crypto"),
		}
		for path, names := range k6crypto.Names {
			table[path] = spec{names, func(s *State, name string) goja.Value { return k6crypto.Export(s.rt(), path, name) }}
		}
	})
	return table
}

// globals is a module of what is global here.
func globals(names ...string) spec {
	return spec{names, func(s *State, name string) goja.Value { return s.rt().GlobalObject().Get(name) }}
}

// data is the module k6/data; files and tables are k6/experimental/fs and csv.
func data() spec {
	return spec{k6data.Names, func(s *State, name string) goja.Value { return s.run.Arrays.Export(s.rt(), s.dataHost(), name) }}
}

func files() spec {
	return spec{k6data.FSNames, func(s *State, name string) goja.Value { return s.run.Files.FS(s.rt(), s.dataHost(), name) }}
}

func tables() spec {
	return spec{k6data.CSVNames, func(s *State, name string) goja.Value { return k6data.CSV(s.rt(), s.dataHost(), name) }}
}

func (s *State) dataHost() k6data.Host {
	return k6data.Host{
		Init: func() bool { return s.now() == atTopLevel },
		Resolve: func(path string) string {
			sc := s.vm.Env.Script
			if full, err := sc.ResolveFrom(script.CallerDir(s.rt(), sc), path); err == nil {
				return full
			}
			return path
		},
	}
}

// aliases are names that scripts for older versions of k6 use.
var aliases = map[string]string{
	"k6/experimental/timers":     "k6/timers",
	"k6/experimental/websockets": "k6/websockets",
}

// Builtins are the modules as sources of ES modules, for script.Options. What a script does not use of them falls out of
// the bundle.
func Builtins() map[string]string {
	sources := map[string]string{"k6/options": ""} // types only
	for name, m := range modules() {
		sources[name] = source(name, m.names)
	}
	for old, name := range aliases {
		sources[old] = sources[name]
	}
	return sources
}

// source is the text of a module. $k.get reaches Export.
func source(name string, exports []string) string {
	var b strings.Builder
	for _, export := range exports {
		fmt.Fprintf(&b, "export const %s = /* @__PURE__ */ $k.get(\"%s:%s\");\n", export, name, export)
	}
	fmt.Fprintf(&b, "export default /* @__PURE__ */ $k.get(\"%s:default\");\n", name)
	return b.String()
}

// Export makes an export of a module, called "k6/http:get", for a VM. It is nil if that is no name of ours.
func Export(vm *vu.VM, name string) goja.Value {
	path, export, ok := strings.Cut(name, ":")
	m, known := modules()[path]
	if !ok || !known {
		return nil
	}
	s := stateOf(vm)
	if export != "default" {
		return s.member(path, m, export)
	}
	return js.NewLazy(vm.RT, js.Lazy{Names: m.names, Build: func(export string) goja.Value { return s.member(path, m, export) }})
}

// member is the export of a module, one and the same however a script reaches it.
func (s *State) member(path string, m spec, export string) goja.Value {
	key := path + ":" + export
	if v := s.made.Get(key); v != nil {
		return v
	}
	v := m.build(s, export)
	s.made.Set(key, v)
	return v
}
