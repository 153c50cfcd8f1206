package js

import (
	"slices"

	"github.com/dop251/goja"
)

// Lazy is a JS object whose members are built when a script first uses
// them: a native function costs 700 bytes and every user has its own. Scripts
// may replace members, but for those of an object with Live, and add others.
type Lazy struct {
	Names []string                     // of the members, in order
	Build func(name string) goja.Value // called once for each of names
	Live  func(name string) goja.Value // for values that change: called each time, first; may be nil
	made  Members
}

// Members are values by their names. There are few of them in a VM, for which a map would be ten times as large.
type Members []member

type member struct {
	name  string
	value goja.Value
}

func (l Members) index(name string) int {
	return slices.IndexFunc(l, func(m member) bool { return m.name == name })
}

// Get is the value of a name; nil if there is none.
func (l Members) Get(name string) goja.Value {
	if i := l.index(name); i >= 0 {
		return l[i].value
	}
	return nil
}

// Set sets it.
func (l *Members) Set(name string, v goja.Value) {
	if i := l.index(name); i >= 0 {
		(*l)[i].value = v
		return
	}
	*l = append(*l, member{name, v})
}

// Names are the names, in the order in which they were set first.
func (l Members) Names() (names []string) {
	for _, m := range l {
		names = append(names, m.name)
	}
	return names
}

// Delete takes it away.
func (l *Members) Delete(name string) {
	*l = slices.DeleteFunc(*l, func(m member) bool { return m.name == name })
}

// NewLazy makes the object.
func NewLazy(vm *goja.Runtime, o Lazy) goja.Value { return vm.NewDynamicObject(&o) }

// Get implements goja.DynamicObject.
func (o *Lazy) Get(key string) goja.Value {
	if v := o.made.Get(key); v != nil {
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
	o.made.Set(key, v)
	return v
}

// Set implements goja.DynamicObject. What is live cannot be written: strict code throws a TypeError.
func (o *Lazy) Set(key string, v goja.Value) bool {
	if o.Live != nil && slices.Contains(o.Names, key) {
		return false
	}
	o.made.Set(key, v)
	return true
}

// Has implements goja.DynamicObject.
func (o *Lazy) Has(key string) bool {
	return o.made.Get(key) != nil || slices.Contains(o.Names, key)
}

// Delete takes a script's member away; a built-in one comes back.
func (o *Lazy) Delete(key string) bool {
	o.made.Delete(key)
	return true
}

// Keys implements goja.DynamicObject: the built-in names first, then those that the script added.
func (o *Lazy) Keys() []string {
	keys := slices.Clone(o.Names)
	var added []string
	for _, m := range o.made {
		if !slices.Contains(o.Names, m.name) {
			added = append(added, m.name)
		}
	}
	slices.Sort(added)
	return append(keys, added...)
}
