package js

import (
	"reflect"

	"github.com/dop251/goja"
)

// TypedArrayName is the class of a typed array or DataView ("Uint8Array"), or
// "" for any other value. It throws only what a script's own getter of
// Symbol.toStringTag throws.
func TypedArrayName(v goja.Value) string {
	o, ok := v.(*goja.Object)
	if !ok || !mayBeView(o.ExportType()) {
		return ""
	}
	tag := o.GetSymbol(goja.SymToStringTag)
	if TypeName(tag) != "string" {
		return ""
	}
	switch name := tag.String(); name {
	case "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array",
		"Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "DataView":
		// The tag may be the script's, the buffer hardly.
		if buffer, ok := o.Get("buffer").(*goja.Object); ok && buffer.ExportType() == BufferType {
			return name
		}
	}
	return ""
}

// The Go types behind kinds of JavaScript objects, for comparison with goja.Object.ExportType, which runs no code of the
// script.
var (
	PlainObject = reflect.TypeFor[map[string]any]() // what a DataView claims to be
	BufferType  = reflect.TypeFor[goja.ArrayBuffer]()
	MapType     = reflect.TypeFor[[][2]any]()
	SetType     = reflect.TypeFor[[]any]() // and that of an array
	PromiseType = reflect.TypeFor[*goja.Promise]()
	ProxyType   = reflect.TypeFor[goja.Proxy]()
)

// mayBeView keeps typedArrayName away from the objects whose properties are
// the script's code.
func mayBeView(t reflect.Type) bool {
	if t == nil {
		return false
	}
	if t.Kind() != reflect.Slice {
		return t == PlainObject
	}
	switch t.Elem().Kind() {
	case reflect.Int8, reflect.Uint8, reflect.Int16, reflect.Uint16, reflect.Int32, reflect.Uint32,
		reflect.Int64, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	}
	return false
}

// BytesOf returns the memory (not a copy) of an ArrayBuffer, a typed array or
// a DataView.
func BytesOf(v goja.Value) ([]byte, bool) {
	o, ok := v.(*goja.Object)
	if !ok {
		return nil, false
	}
	if b, ok := ArrayBuffer(o); ok {
		return b, true
	}
	if TypedArrayName(o) == "" {
		return nil, false
	}
	buffer, ok := o.Get("buffer").Export().(goja.ArrayBuffer)
	if !ok {
		return nil, false
	}
	start := o.Get("byteOffset").ToInteger()
	end := start + o.Get("byteLength").ToInteger()
	if end > int64(len(buffer.Bytes())) { // a detached buffer
		return nil, false
	}
	return buffer.Bytes()[start:end], true
}

// NewUint8Array makes a Uint8Array that owns b.
func NewUint8Array(vm *goja.Runtime, b []byte) goja.Value {
	a, err := vm.New(vm.GlobalObject().Get("Uint8Array"), vm.ToValue(vm.NewArrayBuffer(b)))
	if err != nil {
		panic(err)
	}
	return a
}
