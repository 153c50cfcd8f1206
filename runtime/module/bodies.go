package module

import (
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
)

// pairs reads name-value pairs: an object (an array as value gives several), an array of pairs, or URLSearchParams.
func pairs(rt *goja.Runtime, v goja.Value) (list []bridge.Field) {
	o, ok := v.(*goja.Object)
	if !ok {
		js.ThrowType(rt, "%v is neither an object nor an array of pairs", v)
	}
	add := func(name string, v goja.Value) {
		if !js.Given(v) {
			return // as in Python's requests: None leaves the pair out
		}
		list = append(list, bridge.Field{Name: name, Value: js.ToText(rt, v)})
	}
	if o.ClassName() == "Array" || isParams(v) {
		rt.ForOf(o, func(item goja.Value) bool {
			pair := item.ToObject(rt)
			name := pair.Get("0")
			if !js.Given(name) {
				js.ThrowType(rt, "%v is no pair of a name and a value", item)
			}
			add(js.ToText(rt, name), pair.Get("1"))
			return true
		})
		return list
	}
	for _, name := range o.Keys() {
		if many, ok := o.Get(name).(*goja.Object); ok && many.ClassName() == "Array" {
			for _, i := range many.Keys() {
				add(name, many.Get(i))
			}
			continue
		}
		add(name, o.Get(name))
	}
	return list
}

// isParams recognises URLSearchParams, ours or a polyfill's.
func isParams(v goja.Value) bool {
	o, ok := v.(*goja.Object)
	if !ok {
		return false
	}
	if ctor, ok := o.Get("constructor").(*goja.Object); ok {
		name := ctor.Get("name")
		return js.Given(name) && name.String() == "URLSearchParams"
	}
	return false
}

// isBody tells a raw body from an options object.
func isBody(v goja.Value) bool {
	o, ok := v.(*goja.Object)
	if !ok {
		return js.Given(v) // a string, a number, ...
	}
	return o.ExportType() == js.BufferType || o.ClassName() == "String" || js.TypedArrayName(o) != "" || isParams(o)
}

// rawBody gives a raw body and the content type that goes with it, "" for none.
func rawBody(rt *goja.Runtime, v goja.Value) ([]byte, string) {
	b, _ := bodyBytes(rt, v)
	if isParams(v) {
		return b, bridge.FormType
	}
	return b, ""
}

// bodyBytes gives a raw body's bytes; false for an object, which is a form. The bytes of a buffer are copied: the
// script may change it while the request is on its way.
func bodyBytes(rt *goja.Runtime, v goja.Value) ([]byte, bool) {
	if !isBody(v) {
		return nil, false
	}
	if isParams(v) {
		return []byte(v.String()), true
	}
	if b, ok := js.BytesOf(v); ok {
		return append([]byte(nil), b...), true
	}
	return []byte(v.String()), true
}

func addFields(rt *goja.Runtime, list []bridge.Field, o *goja.Object) []bridge.Field {
	for _, name := range o.Keys() {
		if v := o.Get(name); js.Given(v) && !hasField(list, name) {
			list = append(list, bridge.Field{Name: name, Value: js.ToText(rt, v)})
		}
	}
	return list
}

func hasField(list []bridge.Field, name string) bool {
	for _, f := range list {
		if strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

func formParts(form []bridge.Field) (parts []bridge.Part) {
	for _, f := range form {
		parts = append(parts, bridge.Part{Name: f.Name, Data: []byte(f.Value)})
	}
	return parts
}

// fileParts reads files: {field: bytes | string | {filename, content, contentType}}.
func fileParts(rt *goja.Runtime, v goja.Value) (parts []bridge.Part) {
	o := js.Object(rt, "files", v)
	for _, field := range o.Keys() {
		p := bridge.Part{Name: field, Filename: field}
		content := o.Get(field)
		if !js.Given(content) {
			continue
		}
		if f, ok := content.(*goja.Object); ok && !isBody(f) {
			content = f.Get("content")
			p.Filename = js.Text(f, "filename", field)
			p.ContentType = js.Text(f, "contentType", js.Text(f, "content_type", ""))
		}
		data, ok := bodyBytes(rt, content)
		if !ok {
			js.ThrowType(rt, "files.%s: content must be a string, an ArrayBuffer or a typed array", field)
		}
		p.Data = data
		parts = append(parts, p)
	}
	return parts
}

func stringify(rt *goja.Runtime, v goja.Value) []byte {
	fn, _ := goja.AssertFunction(rt.GlobalObject().Get("JSON").ToObject(rt).Get("stringify"))
	s, err := fn(goja.Undefined(), v)
	rethrow(rt, err)
	if js.Missing(s) {
		js.ThrowType(rt, "json: %v cannot be written as JSON", v)
	}
	return []byte(s.String())
}
