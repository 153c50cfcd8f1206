package k6

import (
	"slices"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/module"
)

// environ is the variables that all users begin with.
type environ struct {
	names  []string
	values map[string]string
}

// environ reads Run.Environ once. The credentials of the results store are not for scripts.
func (r *Run) environ() *environ {
	r.envOnce.Do(func() {
		r.env = &environ{values: map[string]string{}}
		for _, pair := range r.Environ {
			name, value, ok := strings.Cut(pair, "=")
			if !ok || name == "" || module.Credential(name) {
				continue
			}
			if _, twice := r.env.values[name]; !twice {
				r.env.names = append(r.env.names, name)
			}
			r.env.values[name] = value
		}
	})
	return r.env
}

// environment is __ENV of a VM: what all begin with, and what the script or its scenario has changed.
type environment struct {
	rt   *goja.Runtime
	all  *environ
	own  js.Members
	gone []string
}

// Get implements goja.DynamicObject.
func (e *environment) Get(name string) goja.Value {
	if v := e.own.Get(name); v != nil {
		return v
	}
	if value, ok := e.all.values[name]; ok && !slices.Contains(e.gone, name) {
		return e.rt.ToValue(value)
	}
	return nil
}

// Set implements goja.DynamicObject. Whatever is written becomes text, as in the environment of a process.
func (e *environment) Set(name string, v goja.Value) bool {
	e.own.Set(name, e.rt.ToValue(v.String()))
	return true
}

// Has implements goja.DynamicObject.
func (e *environment) Has(name string) bool { return e.Get(name) != nil }

// Delete implements goja.DynamicObject.
func (e *environment) Delete(name string) bool {
	e.own.Delete(name)
	e.gone = append(e.gone, name)
	return true
}

// Keys implements goja.DynamicObject.
func (e *environment) Keys() (names []string) {
	for _, name := range e.all.names {
		if e.Has(name) {
			names = append(names, name)
		}
	}
	for _, name := range e.own.Names() {
		if _, known := e.all.values[name]; !known {
			names = append(names, name)
		}
	}
	return names
}

// setEnv sets the variables of a scenario.
func setEnv(o *goja.Object, pairs []string) {
	for _, pair := range pairs {
		if name, value, ok := strings.Cut(pair, "="); ok && name != "" && !module.Credential(name) {
			_ = o.Set(name, value)
		}
	}
}
