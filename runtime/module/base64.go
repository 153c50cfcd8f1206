package module

import (
	"encoding/base64"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Btoa is the global `btoa`: base64 of a string whose characters are bytes.
func Btoa(vm *goja.Runtime) goja.Value {
	return js.Function(vm, "btoa", 1, func(call goja.FunctionCall) goja.Value {
		needArgument(vm, call, "btoa")
		b, ok := latin1Bytes(call.Argument(0).String())
		if !ok {
			js.ThrowDOM(vm, "InvalidCharacterError", 5, "btoa: the string contains characters outside of the Latin1 range")
		}
		return vm.ToValue(base64.StdEncoding.EncodeToString(b))
	})
}

// Atob is the global `atob`: the bytes of a base64 text, as characters. By
// https://infra.spec.whatwg.org/#forgiving-base64-decode spaces and missing
// padding are no errors.
func Atob(vm *goja.Runtime) goja.Value {
	return js.Function(vm, "atob", 1, func(call goja.FunctionCall) goja.Value {
		needArgument(vm, call, "atob")
		b, ok := forgivingBase64(call.Argument(0).String())
		if !ok {
			js.ThrowDOM(vm, "InvalidCharacterError", 5, "atob: the string to be decoded is not correctly encoded")
		}
		return vm.ToValue(latin1Text(b))
	})
}

func needArgument(vm *goja.Runtime, call goja.FunctionCall, name string) {
	if len(call.Arguments) == 0 {
		js.ThrowType(vm, "%s: 1 argument required, but only 0 present", name)
	}
}

func latin1Bytes(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, true
}

func latin1Text(b []byte) string {
	var s strings.Builder
	s.Grow(len(b))
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

func forgivingBase64(s string) ([]byte, bool) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\t\n\f\r ", r) {
			return -1
		}
		return r
	}, s)
	if len(s)%4 == 0 {
		s = strings.TrimSuffix(strings.TrimSuffix(s, "="), "=")
	}
	b, err := base64.RawStdEncoding.DecodeString(s) // ignores the spare bits, as the rule wants
	return b, err == nil
}
