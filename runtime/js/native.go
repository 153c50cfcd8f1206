// Package js makes Go functions and values fit for scripts and reads what scripts give: the little that every module
// needs of goja. All of it belongs to the goroutine that runs the VM.
package js

import (
	"fmt"
	"math"

	"github.com/dop251/goja"
)

// Native is the only shape of Go function given to scripts: goja calls it
// without reflection.
type Native = func(goja.FunctionCall) goja.Value

// Function makes a JS function of f with the name and length a script sees.
func Function(vm *goja.Runtime, name string, length int, f Native) *goja.Object {
	fn := vm.ToValue(f).(*goja.Object)
	setName(vm, fn, name, length)
	return fn
}

// Constructor makes a JS class of f; f fills call.This and returns nil.
// goja calls f for a call without new too, which makes an object then. A call
// as a method of another object is a TypeError.
func Constructor(vm *goja.Runtime, name string, length int, f func(goja.ConstructorCall)) *goja.Object {
	var fn, proto *goja.Object
	fn = vm.ToValue(func(call goja.ConstructorCall) *goja.Object {
		if !inherits(call.This, proto) {
			ThrowType(vm, "Class constructor %s cannot be invoked without 'new'", name)
		}
		f(call)
		return nil
	}).(*goja.Object)
	proto = Prototype(fn)
	setName(vm, fn, name, length)
	return fn
}

// inherits is instanceof without the symbol that scripts may set, for which goja would make a good part of a class Function.
func inherits(o, from *goja.Object) bool {
	for o = o.Prototype(); o != nil; o = o.Prototype() {
		if o == from {
			return true
		}
	}
	return false
}

func setName(vm *goja.Runtime, fn *goja.Object, name string, length int) {
	fn.DefineDataProperty("name", vm.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	fn.DefineDataProperty("length", vm.ToValue(length), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// Method defines f as a member of o that a script may replace.
func Method(vm *goja.Runtime, o *goja.Object, name string, length int, f Native) {
	o.DefineDataProperty(name, Function(vm, name, length, f), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

// Accessor defines a getter and, when set is not nil, a setter.
func Accessor(vm *goja.Runtime, o *goja.Object, name string, get, set Native) {
	var setter goja.Value
	if set != nil {
		setter = Function(vm, "set "+name, 1, set)
	}
	o.DefineAccessorProperty(name, Function(vm, "get "+name, 0, get), setter, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

// Prototype is the prototype of a class.
func Prototype(o *goja.Object) *goja.Object {
	return o.Get("prototype").(*goja.Object)
}

// Hide attaches Go data to a JS object under a symbol: the object stays an
// ordinary one, so scripts may extend its class and add properties.
func Hide(vm *goja.Runtime, o *goja.Object, key *goja.Symbol, data any) {
	o.DefineDataPropertySymbol(key, vm.NewDynamicObject(&hidden{data}), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
}

// hidden is a dynamic object without members: goja would look through any other Go value by reflection, and keep what it
// finds in each VM.
type hidden struct{ data any }

// Get implements goja.DynamicObject.
func (*hidden) Get(string) goja.Value { return nil }

// Set implements goja.DynamicObject.
func (*hidden) Set(string, goja.Value) bool { return false }

// Has implements goja.DynamicObject.
func (*hidden) Has(string) bool { return false }

// Delete implements goja.DynamicObject.
func (*hidden) Delete(string) bool { return false }

// Keys implements goja.DynamicObject.
func (*hidden) Keys() []string { return nil }

// Reveal returns what Hide attached to v, or T's zero value.
func Reveal[T any](v goja.Value, key *goja.Symbol) T {
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

// IsObject tells an object from a primitive value.
func IsObject(v goja.Value) bool {
	_, ok := v.(*goja.Object)
	return ok
}

// Missing tells undefined (or an argument not given) from a value.
func Missing(v goja.Value) bool { return v == nil || goja.IsUndefined(v) }

// IsNumber tells a number primitive from everything that converts to one.
func IsNumber(v goja.Value) bool { return TypeName(v) == "number" }

// Whole returns v as an integer, if it is a number without a fraction.
func Whole(v goja.Value) (int64, bool) {
	if !IsNumber(v) {
		return 0, false
	}
	f := v.ToFloat()
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// ThrowType raises a TypeError in the script. It does not return.
func ThrowType(vm *goja.Runtime, format string, args ...any) {
	panic(vm.NewTypeError("%s", fmt.Sprintf(format, args...)))
}

// ThrowRange raises a RangeError in the script. It does not return.
func ThrowRange(vm *goja.Runtime, format string, args ...any) {
	panic(NewError(vm, "RangeError", fmt.Sprintf(format, args...)))
}

// Throw raises an Error in the script. It does not return.
func Throw(vm *goja.Runtime, format string, args ...any) {
	panic(NewError(vm, "Error", fmt.Sprintf(format, args...)))
}

// NewError makes an error object of the VM's class, with its stack.
func NewError(vm *goja.Runtime, class, text string) *goja.Object {
	e, err := vm.New(vm.GlobalObject().Get(class), vm.ToValue(text))
	if err != nil { // the script has replaced the class by something else
		return vm.NewTypeError("%s", text)
	}
	return e
}

// ThrowDOM raises the error of NewDOM in the script. It does not return.
func ThrowDOM(vm *goja.Runtime, name string, code int, format string, args ...any) {
	panic(NewDOM(vm, name, code, format, args...))
}

// NewDOM makes the platform's DOMException: an Error with the name and the
// legacy code of https://webidl.spec.whatwg.org/#dfn-error-names-table.
func NewDOM(vm *goja.Runtime, name string, code int, format string, args ...any) *goja.Object {
	e := NewError(vm, "Error", fmt.Sprintf(format, args...))
	e.DefineDataProperty("name", vm.ToValue(name), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	e.DefineDataProperty("code", vm.ToValue(code), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return e
}
