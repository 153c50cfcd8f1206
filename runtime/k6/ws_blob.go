package k6

import (
	"bytes"
	"math"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// blob is what a Blob holds: bytes that nobody changes, and their media type.
type blob struct {
	data []byte
	kind string
}

var blobKey = goja.NewSymbol("blob")

// newBlob is a Blob of data, which must not be changed.
func (s *State) newBlob(data []byte, kind string) goja.Value {
	class := s.member("k6/websockets", webSockets(), "Blob").(*goja.Object)
	o := s.rt().CreateObject(js.Prototype(class))
	js.Hide(s.rt(), o, blobKey, &blob{data, kind})
	return o
}

// blobClass is the class Blob (https://w3c.github.io/FileAPI/#blob-section), without streams.
func (s *State) blobClass() goja.Value {
	rt := s.rt()
	class := js.Constructor(rt, "Blob", 0, func(c goja.ConstructorCall) {
		b := &blob{kind: blobType(c.Argument(1))}
		if js.Given(c.Argument(0)) {
			b.data = s.blobParts(js.Object(rt, "the parts of a Blob", c.Argument(0)))
		}
		js.Hide(rt, c.This, blobKey, b)
	})
	p := js.Prototype(class)
	of := func(c goja.FunctionCall) *blob {
		b := js.Reveal[*blob](c.This, blobKey)
		if b == nil {
			js.ThrowType(rt, "this is no Blob")
		}
		return b
	}
	js.Accessor(rt, p, "size", func(c goja.FunctionCall) goja.Value { return rt.ToValue(len(of(c).data)) }, nil)
	js.Accessor(rt, p, "type", func(c goja.FunctionCall) goja.Value { return rt.ToValue(of(c).kind) }, nil)
	promise := func(name string, value func(b *blob) goja.Value) {
		js.Method(rt, p, name, 0, func(c goja.FunctionCall) goja.Value {
			done, resolve, _ := rt.NewPromise()
			if err := resolve(value(of(c))); err != nil {
				panic(err) // an interruption
			}
			return rt.ToValue(done)
		})
	}
	promise("text", func(b *blob) goja.Value { return rt.ToValue(strings.ToValidUTF8(string(b.data), "\ufffd")) })
	promise("arrayBuffer", func(b *blob) goja.Value { return rt.ToValue(rt.NewArrayBuffer(bytes.Clone(b.data))) })
	promise("bytes", func(b *blob) goja.Value { return js.NewUint8Array(rt, bytes.Clone(b.data)) })
	js.Method(rt, p, "slice", 3, func(c goja.FunctionCall) goja.Value {
		b := of(c)
		from, to := place(c.Argument(0), 0, len(b.data)), place(c.Argument(1), len(b.data), len(b.data))
		return s.newBlob(b.data[from:max(from, to)], strings.ToLower(js.TextOf(c.Argument(2))))
	})
	return class
}

func blobType(options goja.Value) string {
	if o, ok := options.(*goja.Object); ok {
		return strings.ToLower(js.Text(o, "type", ""))
	}
	return ""
}

// blobParts puts strings, buffers, views and Blobs together.
func (s *State) blobParts(list *goja.Object) []byte {
	data := []byte{}
	s.rt().ForOf(list, func(part goja.Value) bool {
		if b, ok := js.BytesOf(part); ok {
			data = append(data, b...)
		} else if b := js.Reveal[*blob](part, blobKey); b != nil {
			data = append(data, b.data...)
		} else {
			data = append(data, js.ToText(s.rt(), part)...)
		}
		return true
	})
	return data
}

// place is an argument of slice: from the end if it is negative.
func place(v goja.Value, otherwise, size int) int {
	if js.Missing(v) {
		return otherwise
	}
	f := math.Trunc(v.ToFloat())
	if f < 0 {
		f += float64(size)
	}
	if !(f > 0) { // NaN, too
		return 0
	}
	return int(math.Min(f, float64(size)))
}
