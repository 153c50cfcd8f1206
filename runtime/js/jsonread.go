package js

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// KnownJSON makes the value of a text that is known to be valid JSON nested at most [MaxJSONDepth] deep: one that was
// checked, or written by JSON.stringify. It gives what JSON.parse gives, several times as fast; goja's has to check and
// goes through tokens. Any other text may panic.
func KnownJSON(rt *goja.Runtime, text string) goja.Value {
	r := jsonReader{rt: rt, text: text}
	return r.value()
}

// FrozenJSON is KnownJSON of which nothing can be changed; freeze is Object.freeze.
func FrozenJSON(rt *goja.Runtime, text string, freeze goja.Callable) goja.Value {
	r := jsonReader{rt: rt, text: text, freeze: freeze}
	return r.value()
}

type jsonReader struct {
	rt     *goja.Runtime
	text   string
	freeze goja.Callable // called with each object and array, unless nil
	at     int
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
		return r.done(r.object())
	case '[':
		return r.done(r.array())
	case '"':
		return r.string()
	case 't':
		r.at += len("true")
		return r.rt.ToValue(true)
	case 'f':
		r.at += len("false")
		return r.rt.ToValue(false)
	case 'n':
		r.at += len("null")
		return goja.Null()
	}
	return r.number()
}

func (r *jsonReader) done(o *goja.Object) goja.Value {
	if r.freeze != nil {
		Must(r.freeze(goja.Undefined(), o))
	}
	return o
}

func (r *jsonReader) object() *goja.Object {
	o := r.rt.NewObject()
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

func (r *jsonReader) array() *goja.Object {
	var items []any
	for r.next(']') {
		items = append(items, r.value())
	}
	return r.rt.NewArray(items...)
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
	r.at++
	start := r.at
	end := start + strings.IndexByte(r.text[start:], '"')
	if strings.IndexByte(r.text[start:end], '\\') >= 0 {
		return r.escaped()
	}
	r.at = end + 1
	return r.rt.ToValue(r.text[start:end])
}

// escaped is a string with backslashes. It is made of UTF-16, for \u may write halves of pairs.
func (r *jsonReader) escaped() goja.Value {
	var units []uint16
	for {
		c, size := utf8.DecodeRuneInString(r.text[r.at:])
		r.at += size
		switch c {
		default:
			units = utf16.AppendRune(units, c)
		case '"':
			return goja.StringFromUTF16(units)
		case '\\':
			e := r.text[r.at]
			r.at++
			if e != 'u' {
				units = append(units, uint16(unescape(e)))
				break
			}
			n, _ := strconv.ParseUint(r.text[r.at:r.at+4], 16, 16) // four digits, as the text is valid
			units = append(units, uint16(n))
			r.at += 4
		}
	}
}

// unescape is what a backslash and c stand for.
func unescape(c byte) byte {
	if i := strings.IndexByte("bfnrt", c); i >= 0 {
		return "\b\f\n\r\t"[i]
	}
	return c
}

func (r *jsonReader) number() goja.Value {
	start := r.at
	for r.at < len(r.text) && strings.IndexByte("+-.0123456789eE", r.text[r.at]) >= 0 {
		r.at++
	}
	digits := r.text[start:r.at]
	if len(digits) < 16 && digits != "-0" && !strings.ContainsAny(digits, ".eE") {
		n, _ := strconv.ParseInt(digits, 10, 64) // valid, and too short to overflow
		return r.rt.ToValue(n)
	}
	f, _ := strconv.ParseFloat(digits, 64) // valid; out of range is an infinity, as in JSON.parse
	return r.rt.ToValue(f)
}
