package module

import (
	"strings"

	"github.com/dop251/goja"
)

// intrinsics are the functions of the language that inspecting needs and goja
// offers only to scripts. Each is looked up when it is first used: goja builds
// its own objects lazily too, and a user that prints only strings needs none.
type intrinsics struct {
	vm     *goja.Runtime
	cache  map[string]goja.Callable
	custom *goja.Symbol // Symbol.for("nodejs.util.inspect.custom")
}

func newIntrinsics(vm *goja.Runtime) *intrinsics {
	in := &intrinsics{vm: vm, cache: map[string]goja.Callable{}}
	in.custom, _ = in.call("Symbol.for", goja.Undefined(), vm.ToValue("nodejs.util.inspect.custom")).(*goja.Symbol)
	if in.custom == nil { // the script has removed Symbol
		in.custom = goja.NewSymbol("nodejs.util.inspect.custom")
	}
	return in
}

// function finds a global function by its path. One that a script has removed
// is nil.
func (in *intrinsics) function(path string) goja.Callable {
	if f, ok := in.cache[path]; ok {
		return f
	}
	var v goja.Value = in.vm.GlobalObject()
	for name := range strings.SplitSeq(path, ".") {
		o, ok := v.(*goja.Object)
		if !ok {
			break
		}
		v = in.get(o, name)
	}
	f, _ := goja.AssertFunction(v)
	in.cache[path] = f
	return f
}

// try returns what f returns, or nil if f throws. An interrupt is no exception:
// it goes on.
func (in *intrinsics) try(f func() goja.Value) goja.Value {
	var v goja.Value
	if in.vm.Try(func() { v = f() }) != nil {
		return nil
	}
	return v
}

// call calls a global function; it returns nil if that throws.
func (in *intrinsics) call(path string, this goja.Value, args ...goja.Value) goja.Value {
	f := in.function(path)
	if f == nil {
		return nil
	}
	return in.try(func() goja.Value { return must(f(this, args...)) })
}

// must passes on an exception, or an interrupt, of a function that was called.
func must(v goja.Value, err error) goja.Value {
	if err != nil {
		panic(err)
	}
	return v
}

// get reads a property, which may run the script's code; nil if that throws or
// there is none.
func (in *intrinsics) get(o *goja.Object, name string) goja.Value {
	return in.try(func() goja.Value { return o.Get(name) })
}

// own is the descriptor of o's own property, or nil.
func (in *intrinsics) own(o *goja.Object, key goja.Value) *goja.Object {
	d, _ := in.call("Object.getOwnPropertyDescriptor", goja.Undefined(), o, key).(*goja.Object)
	return d
}
