package module

import (
	"slices"

	"github.com/dop251/goja"
)

// lazyObject is a JS object whose members are built when a script first uses
// them: a native function costs 700 bytes and every user has its own. Scripts
// may replace members and add others.
type lazyObject struct {
	names []string                     // of the members, in order
	build func(name string) goja.Value // called once for each of names
	live  func(name string) goja.Value // for values that change: called each time, first; may be nil
	made  map[string]goja.Value
}

func newLazyObject(vm *goja.Runtime, o lazyObject) goja.Value {
	o.made = map[string]goja.Value{}
	return vm.NewDynamicObject(&o)
}

func (o *lazyObject) Get(key string) goja.Value {
	if v, ok := o.made[key]; ok {
		return v
	}
	if !slices.Contains(o.names, key) {
		return nil
	}
	if o.live != nil {
		if v := o.live(key); v != nil {
			return v
		}
	}
	v := o.build(key)
	o.made[key] = v
	return v
}

func (o *lazyObject) Set(key string, v goja.Value) bool {
	o.made[key] = v
	return true
}

func (o *lazyObject) Has(key string) bool {
	return o.made[key] != nil || slices.Contains(o.names, key)
}

// Delete takes a script's member away; a built-in one comes back.
func (o *lazyObject) Delete(key string) bool {
	delete(o.made, key)
	return true
}

func (o *lazyObject) Keys() []string {
	keys := slices.Clone(o.names)
	var added []string
	for key := range o.made {
		if !slices.Contains(o.names, key) {
			added = append(added, key)
		}
	}
	slices.Sort(added)
	return append(keys, added...)
}
