package webcrypto_test

import (
	"encoding/base64"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// btoa and atob take and give strings whose characters are bytes.
func btoa(rt *goja.Runtime) js.Native {
	return func(c goja.FunctionCall) goja.Value {
		var b []byte
		for _, r := range c.Argument(0).String() {
			b = append(b, byte(r))
		}
		return rt.ToValue(base64.StdEncoding.EncodeToString(b))
	}
}

func atob(rt *goja.Runtime) js.Native {
	return func(c goja.FunctionCall) goja.Value {
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(c.Argument(0).String(), "="))
		if err != nil {
			panic(rt.NewGoError(err))
		}
		var s strings.Builder
		for _, x := range b {
			s.WriteRune(rune(x))
		}
		return rt.ToValue(s.String())
	}
}
