package module

import (
	"fmt"
	"math"

	"github.com/dop251/goja"
)

// native is the only shape of Go function given to scripts: goja calls it
// without reflection.
type native = func(goja.FunctionCall) goja.Value

// function makes a JS function of f with the name and length a script sees.
func function(vm *goja.Runtime, name string, length int, f native) *goja.Object {
	fn := vm.ToValue(f).(*goja.Object)
	setName(vm, fn, name, length)
	return fn
}

// constructor makes a JS class of f; f fills call.This and returns nil.
// goja calls f for a call without new too, which makes an object then. A call
// as a method of another object is a TypeError.
func constructor(vm *goja.Runtime, name string, length int, f func(goja.ConstructorCall)) *goja.Object {
	var fn *goja.Object
	fn = vm.ToValue(func(call goja.ConstructorCall) *goja.Object {
		if !vm.InstanceOf(call.This, fn) {
			throwType(vm, "Class constructor %s cannot be invoked without 'new'", name)
		}
		f(call)
		return nil
	}).(*goja.Object)
	setName(vm, fn, name, length)
	return fn
}

func setName(vm *goja.Runtime, fn *goja.Object, name string, length int) {
	fn.DefineDataProperty("name", vm.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	fn.DefineDataProperty("length", vm.ToValue(length), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

func method(vm *goja.Runtime, o *goja.Object, name string, length int, f native) {
	o.DefineDataProperty(name, function(vm, name, length, f), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

// accessor defines a getter and, when set is not nil, a setter.
func accessor(vm *goja.Runtime, o *goja.Object, name string, get, set native) {
	var setter goja.Value
	if set != nil {
		setter = function(vm, "set "+name, 1, set)
	}
	o.DefineAccessorProperty(name, function(vm, "get "+name, 0, get), setter, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

func prototype(o *goja.Object) *goja.Object {
	return o.Get("prototype").(*goja.Object)
}

// hide attaches Go data to a JS object under a symbol: the object stays an
// ordinary one, so scripts may extend its class and add properties.
func hide(vm *goja.Runtime, o *goja.Object, key *goja.Symbol, data any) {
	o.DefineDataPropertySymbol(key, vm.ToValue(&hidden{data}), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
}

type hidden struct{ data any }

// reveal returns what hide attached to v, or T's zero value.
func reveal[T any](v goja.Value, key *goja.Symbol) T {
	var none T
	o, ok := v.(*goja.Object)
	if !ok {
		return none
	}
	slot, ok := o.GetSymbol(key).(*goja.Object)
	if !ok {
		return none
	}
	h, ok := slot.Export().(*hidden)
	if !ok {
		return none
	}
	data, _ := h.data.(T)
	return data
}

func isObject(v goja.Value) bool {
	_, ok := v.(*goja.Object)
	return ok
}

// missing tells undefined (or an argument not given) from a value.
func missing(v goja.Value) bool { return v == nil || goja.IsUndefined(v) }

// isNumber tells a number primitive from everything that converts to one.
func isNumber(v goja.Value) bool { return typeName(v) == "number" }

// whole returns v as an integer, if it is a number without a fraction.
func whole(v goja.Value) (int64, bool) {
	if !isNumber(v) {
		return 0, false
	}
	f := v.ToFloat()
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// throwType raises a TypeError in the script. It does not return.
func throwType(vm *goja.Runtime, format string, args ...any) {
	panic(vm.NewTypeError("%s", fmt.Sprintf(format, args...)))
}

// throwRange raises a RangeError in the script. It does not return.
func throwRange(vm *goja.Runtime, format string, args ...any) {
	panic(newError(vm, "RangeError", fmt.Sprintf(format, args...)))
}

// throw raises an Error in the script. It does not return.
func throw(vm *goja.Runtime, format string, args ...any) {
	panic(newError(vm, "Error", fmt.Sprintf(format, args...)))
}

// newError makes an error object of the VM's class, with its stack.
func newError(vm *goja.Runtime, class, text string) *goja.Object {
	e, err := vm.New(vm.GlobalObject().Get(class), vm.ToValue(text))
	if err != nil { // the script has replaced the class by something else
		return vm.NewTypeError("%s", text)
	}
	return e
}

// throwDOM raises the platform's DOMException: an Error with the name and the
// legacy code of https://webidl.spec.whatwg.org/#dfn-error-names-table.
func throwDOM(vm *goja.Runtime, name string, code int, format string, args ...any) {
	e := newError(vm, "Error", fmt.Sprintf(format, args...))
	e.DefineDataProperty("name", vm.ToValue(name), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	e.DefineDataProperty("code", vm.ToValue(code), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	panic(e)
}
