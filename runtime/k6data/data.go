package k6data

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Host is what the modules need from the user who owns the VM.
type Host struct {
	// Init tells whether the VM is still in the init context, where data is loaded.
	Init func() bool
	// Resolve turns a path as the script wrote it into that of a file.
	Resolve func(path string) string
}

// Names are the exports of k6/data.
var Names = []string{"SharedArray"}

// Export is the export of k6/data of that name, or the module as an object for "default"; nil if there is none.
func (a *Arrays) Export(rt *goja.Runtime, host Host, name string) goja.Value {
	switch name {
	case "default":
		return object(rt, Names, func(name string) goja.Value { return a.Export(rt, host, name) })
	case "SharedArray":
		return rt.ToValue(func(call goja.ConstructorCall) *goja.Object { return a.construct(rt, host, call) })
	}
	return nil
}

// object is a module as an object.
func object(rt *goja.Runtime, names []string, export func(name string) goja.Value) goja.Value {
	return js.NewLazy(rt, js.Lazy{Names: names, Build: export})
}

// construct is new SharedArray(name, function).
func (a *Arrays) construct(rt *goja.Runtime, host Host, call goja.ConstructorCall) *goja.Object {
	if !host.Init() {
		js.Throw(rt, "SharedArray: new SharedArray must be called in the init context, outside of functions that users run")
	}
	name := js.ToText(rt, call.Argument(0))
	if name == "" {
		js.ThrowType(rt, "SharedArray: the first argument must be a name, not an empty text")
	}
	f, ok := goja.AssertFunction(call.Argument(1))
	if !ok {
		js.ThrowType(rt, "SharedArray %q: the second argument must be a function that returns an array", name)
	}
	return a.New(rt, name, func() goja.Value { return js.Must(f(goja.Undefined())) }).(*goja.Object)
}
