package js

import (
	"slices"

	"github.com/dop251/goja"
)

// Lazy is a JS object whose members are built when a script first uses
// them: a native function costs 700 bytes and every user has its own. Scripts
// may replace members and add others.
type Lazy struct {
	Names []string                     // of the members, in order
	Build func(name string) goja.Value // called once for each of names
	Live  func(name string) goja.Value // for values that change: called each time, first; may be nil
	made  map[string]goja.Value
}

// NewLazy makes the object.
func NewLazy(vm *goja.Runtime, o Lazy) goja.Value {
	o.made = map[string]goja.Value{}
	return vm.NewDynamicObject(&o)
}

// Get implements goja.DynamicObject.
func (o *Lazy) Get(key string) goja.Value {
	if v, ok := o.made[key]; ok {
		return v
	}
	if !slices.Contains(o.Names, key) {
		return nil
	}
	if o.Live != nil {
		if v := o.Live(key); v != nil {
			return v
		}
	}
	v := o.Build(key)
	o.made[key] = v
	return v
}

// Set implements goja.DynamicObject.
func (o *Lazy) Set(key string, v goja.Value) bool {
	o.made[key] = v
	return true
}

// Has implements goja.DynamicObject.
func (o *Lazy) Has(key string) bool {
	return o.made[key] != nil || slices.Contains(o.Names, key)
}

// Delete takes a script's member away; a built-in one comes back.
func (o *Lazy) Delete(key string) bool {
	delete(o.made, key)
	return true
}

// Keys implements goja.DynamicObject: the built-in names first, then those that the script added.
func (o *Lazy) Keys() []string {
	keys := slices.Clone(o.Names)
	var added []string
	for key := range o.made {
		if !slices.Contains(o.Names, key) {
			added = append(added, key)
		}
	}
	slices.Sort(added)
	return append(keys, added...)
}
