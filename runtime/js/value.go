package js

import (
	"math/big"
	"reflect"

	"github.com/dop251/goja"
)

// TypeName is JavaScript's typeof, but for functions.
func TypeName(v goja.Value) string {
	// An object first: exporting one copies it whole and runs its getters.
	if v == nil || IsObject(v) {
		return "object"
	}
	if _, ok := v.(*goja.Symbol); ok {
		return "symbol" // which exports as a string
	}
	switch v.ExportType() { // Export itself would copy a string
	case reflect.TypeFor[string]():
		return "string"
	case reflect.TypeFor[int64](), reflect.TypeFor[float64]():
		return "number"
	case reflect.TypeFor[bool]():
		return "boolean"
	case reflect.TypeFor[*big.Int]():
		return "bigint"
	}
	if goja.IsNull(v) {
		return "object"
	}
	return "undefined"
}

// Keys are the names of an object's own members, as Object.keys gives them. A plain object, which is nearly all that
// scripts give, is read in half the time; should it have members that are not enumerable, they are among them.
func Keys(o *goja.Object) []string {
	if o.ExportType() == plain {
		return o.GetOwnPropertyNames()
	}
	return o.Keys()
}

// plain is what objects export as that are neither arrays nor anything else of their own.
var plain = reflect.TypeFor[map[string]any]()

// Text is a member of o as a string; otherwise if it is undefined or null.
func Text(o *goja.Object, key, otherwise string) string {
	if v := o.Get(key); Given(v) {
		return v.String()
	}
	return otherwise
}

// TextOf is a value as text; "" for undefined or null.
func TextOf(v goja.Value) string {
	if !Given(v) {
		return ""
	}
	return v.String()
}

// ToText is String(v), but for a symbol, which is a mistake as in JavaScript itself.
func ToText(rt *goja.Runtime, v goja.Value) string {
	if _, ok := v.(*goja.Symbol); ok {
		ThrowType(rt, "Cannot convert a Symbol value to a string")
	}
	return v.String()
}

// Object is v as an object; anything else is thrown as a TypeError that names what.
func Object(rt *goja.Runtime, what string, v goja.Value) *goja.Object {
	o, ok := v.(*goja.Object)
	if !ok {
		ThrowType(rt, "%s must be an object, not %v", what, v)
	}
	return o
}

// Given says that v is neither undefined nor null.
func Given(v goja.Value) bool { return v != nil && !goja.IsUndefined(v) && !goja.IsNull(v) }

// ArrayBuffer returns the memory (not a copy) of an ArrayBuffer.
func ArrayBuffer(o *goja.Object) ([]byte, bool) {
	if o.ExportType() != BufferType {
		return nil, false
	}
	b, ok := o.Export().(goja.ArrayBuffer)
	if !ok {
		return nil, false
	}
	return b.Bytes(), true
}

// Freeze makes an object and all that it holds unchangeable, as Object.freeze does. Only data that was made by JSON.parse
// may be given to it: it has no getters and no cycles.
func Freeze(rt *goja.Runtime, v goja.Value) {
	o, ok := v.(*goja.Object)
	if !ok {
		return
	}
	for _, key := range o.Keys() {
		Freeze(rt, o.Get(key))
	}
	freeze, _ := goja.AssertFunction(rt.GlobalObject().Get("Object").ToObject(rt).Get("freeze"))
	if _, err := freeze(goja.Undefined(), o); err != nil {
		panic(err) // an interruption
	}
}
