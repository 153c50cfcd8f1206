package module

import (
	"unicode/utf8"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// TextEncoder is the class of https://encoding.spec.whatwg.org/: UTF-8 only.
func TextEncoder(vm *goja.Runtime) goja.Value {
	class := js.Constructor(vm, "TextEncoder", 0, func(goja.ConstructorCall) {})
	p := js.Prototype(class)
	js.Accessor(vm, p, "encoding", func(goja.FunctionCall) goja.Value { return vm.ToValue("utf-8") }, nil)
	js.Method(vm, p, "encode", 0, func(call goja.FunctionCall) goja.Value {
		if js.Missing(call.Argument(0)) {
			return js.NewUint8Array(vm, nil)
		}
		// String replaces lone surrogates by U+FFFD, as the encoder has to.
		return js.NewUint8Array(vm, []byte(call.Argument(0).String()))
	})
	js.Method(vm, p, "encodeInto", 2, func(call goja.FunctionCall) goja.Value {
		dst, ok := js.BytesOf(call.Argument(1))
		if !ok || js.TypedArrayName(call.Argument(1)) != "Uint8Array" {
			js.ThrowType(vm, "TextEncoder.encodeInto: the second argument must be a Uint8Array")
		}
		read, written := encodeInto(dst, call.Argument(0).String())
		result := vm.NewObject()
		result.Set("read", read)
		result.Set("written", written)
		return result
	})
	return class
}

// encodeInto copies as many whole characters as fit; read counts UTF-16 units.
func encodeInto(dst []byte, s string) (read, written int) {
	for _, r := range s {
		n := utf8.RuneLen(r)
		if written+n > len(dst) {
			break
		}
		utf8.EncodeRune(dst[written:], r)
		written += n
		read++
		if r > 0xffff {
			read++
		}
	}
	return read, written
}

var decoderKey = goja.NewSymbol("TextDecoder")

// TextDecoder is the class of https://encoding.spec.whatwg.org/ with all of
// its labels, fatal, ignoreBOM and decode's stream option.
func TextDecoder(vm *goja.Runtime) goja.Value {
	class := js.Constructor(vm, "TextDecoder", 0, func(call goja.ConstructorCall) {
		label := "utf-8"
		if v := call.Argument(0); !js.Missing(v) {
			label = v.String()
		}
		d, ok := newDecoder(label)
		if !ok {
			js.ThrowRange(vm, "The %q encoding is not supported", label)
		}
		d.fatal = option(vm, call.Argument(1), "fatal")
		d.keepBOM = option(vm, call.Argument(1), "ignoreBOM")
		js.Hide(vm, call.This, decoderKey, d)
	})
	p := js.Prototype(class)
	get := func(name string, f func(*textDecoder) any) {
		js.Accessor(vm, p, name, func(call goja.FunctionCall) goja.Value { return vm.ToValue(f(decoderOf(vm, call.This))) }, nil)
	}
	get("encoding", func(d *textDecoder) any { return d.name })
	get("fatal", func(d *textDecoder) any { return d.fatal })
	get("ignoreBOM", func(d *textDecoder) any { return d.keepBOM })
	js.Method(vm, p, "decode", 0, func(call goja.FunctionCall) goja.Value {
		d := decoderOf(vm, call.This)
		var src []byte
		if v := call.Argument(0); !js.Missing(v) {
			b, ok := js.BytesOf(v)
			if !ok {
				js.ThrowType(vm, "TextDecoder.decode: the argument must be an ArrayBuffer, a typed array or a DataView")
			}
			src = b
		}
		text, ok := d.decode(src, option(vm, call.Argument(1), "stream"))
		if !ok {
			js.ThrowType(vm, "The encoded data was not valid for encoding %s", d.name)
		}
		return vm.ToValue(text)
	})
	return class
}

func decoderOf(vm *goja.Runtime, this goja.Value) *textDecoder {
	d := js.Reveal[*textDecoder](this, decoderKey)
	if d == nil {
		js.ThrowType(vm, "Value of \"this\" must be of type TextDecoder")
	}
	return d
}

// option reads a boolean member of an options object.
func option(vm *goja.Runtime, options goja.Value, name string) bool {
	o, ok := options.(*goja.Object)
	if !ok {
		return false
	}
	v := o.Get(name)
	return v != nil && v.ToBoolean()
}
