package k6crypto

import (
	"encoding/base64"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

func encodingExport(rt *goja.Runtime, name string) goja.Value {
	if name == "b64encode" { // (data, variant)
		return js.Function(rt, name, 2, func(c goja.FunctionCall) goja.Value {
			return rt.ToValue(variant(c.Argument(1)).EncodeToString(bytesOf(rt, "b64encode: the data", c.Argument(0))))
		})
	}
	// (text, variant, format): an ArrayBuffer, or a string if the format is "s".
	return js.Function(rt, name, 3, func(c goja.FunctionCall) goja.Value {
		text := ""
		if v := c.Argument(0); js.Given(v) {
			text = js.ToText(rt, v)
		}
		b, err := variant(c.Argument(1)).DecodeString(text)
		if err != nil {
			js.Throw(rt, "b64decode: %v", err)
		}
		if f := c.Argument(2); js.TypeName(f) == "string" && f.String() == "s" {
			return rt.ToValue(string(b))
		}
		return rt.ToValue(rt.NewArrayBuffer(b))
	})
}

// variant is the kind of base64 that a name stands for; any other name means the standard, as in k6.
func variant(name goja.Value) *base64.Encoding {
	if js.TypeName(name) != "string" {
		return base64.StdEncoding
	}
	switch name.String() {
	case "rawstd":
		return base64.RawStdEncoding
	case "url":
		return base64.URLEncoding
	case "rawurl":
		return base64.RawURLEncoding
	default:
		return base64.StdEncoding
	}
}
