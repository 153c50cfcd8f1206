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
