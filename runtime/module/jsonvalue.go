package module

import (
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// jsonReader makes JS values of a text that is known to be valid JSON: from a
// file that was checked, or written by JSON.stringify. It gives what JSON.parse
// gives, several times as fast; goja's has to check and goes through tokens.
type jsonReader struct {
	vm   *goja.Runtime
	text string
	// parse is JSON.parse, for what is rare: escapes that need care.
	parse func(text string) goja.Value
	at    int
}

func (r *jsonReader) space() {
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n", r.text[r.at]) >= 0 {
		r.at++
	}
}

func (r *jsonReader) value() goja.Value {
	r.space()
	switch r.text[r.at] {
	case '{':
		return r.object()
	case '[':
		return r.array()
	case '"':
		return r.string()
	case 't':
		r.at += len("true")
		return r.vm.ToValue(true)
	case 'f':
		r.at += len("false")
		return r.vm.ToValue(false)
	case 'n':
		r.at += len("null")
		return goja.Null()
	}
	return r.number()
}

func (r *jsonReader) object() goja.Value {
	o := r.vm.NewObject()
	for r.next('}') {
		key := r.string().String()
		r.space()
		r.at++ // the colon
		if value := r.value(); key == "__proto__" {
			o.DefineDataProperty(key, value, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
		} else {
			o.Set(key, value)
		}
	}
	return o
}

func (r *jsonReader) array() goja.Value {
	var items []any
	for r.next(']') {
		items = append(items, r.value())
	}
	return r.vm.NewArray(items...)
}

// next steps over what opens or separates and tells whether an item follows.
func (r *jsonReader) next(end byte) bool {
	r.space()
	if r.text[r.at] != end {
		r.at++
		r.space()
	}
	if r.text[r.at] == end {
		r.at++
		return false
	}
	return true
}

func (r *jsonReader) string() goja.Value {
	start := r.at
	for r.at++; ; r.at++ {
		switch r.text[r.at] {
		case '\\':
			r.at++
			for ; r.text[r.at] != '"' || escaped(r.text[start:r.at]); r.at++ {
			}
			r.at++
			return r.parse(r.text[start:r.at])
		case '"':
			r.at++
			return r.vm.ToValue(r.text[start+1 : r.at-1])
		}
	}
}

// escaped tells whether what follows s has an odd number of backslashes before
// it.
func escaped(s string) bool {
	return (len(s)-len(strings.TrimRight(s, `\`)))%2 == 1
}

func (r *jsonReader) number() goja.Value {
	start := r.at
	for r.at < len(r.text) && strings.IndexByte("+-.0123456789eE", r.text[r.at]) >= 0 {
		r.at++
	}
	digits := r.text[start:r.at]
	if len(digits) < 16 && digits != "-0" && !strings.ContainsAny(digits, ".eE") {
		n, _ := strconv.ParseInt(digits, 10, 64) // valid, and too short to overflow
		return r.vm.ToValue(n)
	}
	f, _ := strconv.ParseFloat(digits, 64) // valid; out of range is an infinity, as in JSON.parse
	return r.vm.ToValue(f)
}
