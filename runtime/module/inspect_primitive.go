package module

import (
	"math"
	"math/big"

	"github.com/dop251/goja"
)

// primitiveText is the text of any primitive but a string.
func primitiveText(v goja.Value) string {
	if v == nil {
		return "undefined"
	}
	if s, ok := v.(*goja.Symbol); ok {
		return symbolText(s)
	}
	switch x := v.Export().(type) {
	case float64:
		if x == 0 && math.Signbit(x) {
			return "-0"
		}
	case *big.Int:
		return x.String() + "n"
	}
	return v.String()
}

func symbolText(s *goja.Symbol) string {
	name, _ := cut(s.String(), maxString)
	return escape("Symbol("+name+")", 0)
}

// typeName is JavaScript's typeof, but for functions.
func typeName(v goja.Value) string {
	// An object first: exporting one copies it whole and runs its getters.
	if v == nil || isObject(v) {
		return "object"
	}
	if _, ok := v.(*goja.Symbol); ok {
		return "symbol" // which exports as a string
	}
	switch v.Export().(type) {
	case string:
		return "string"
	case int64, float64:
		return "number"
	case bool:
		return "boolean"
	case *big.Int:
		return "bigint"
	}
	if goja.IsNull(v) {
		return "object"
	}
	return "undefined"
}
