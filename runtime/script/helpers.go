package script

import (
	"bytes"
	"regexp"

	"github.com/dop251/goja"
)

// Some of esbuild's helpers, word for word, and what takes their place. goja makes
// its built-in objects when they are first touched, in every VM: for-in makes all
// of Object.prototype (6 KB), the name Symbol all of Symbol (8 KB). If a later
// esbuild words them differently nothing is replaced; a test would tell. The line count must stay, for the source map.
var helpers = []struct{ old, new string }{
	{`var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
`, `var __export = (target, all) => {
  for (var i = 0, names = Object.keys(all), n = names.length; i < n; i++)
    __defProp(target, names[i], { get: all[names[i]], enumerable: true });
};
`},
	// The default export of a CommonJS module is exports.default if there is one, as with k6; not only in compiled ones.
	{`isNodeMode || !mod || !mod.__esModule ?`, `isNodeMode || !mod || !mod.__esModule && mod.default === void 0 ?`},
	{`var __knownSymbol = (name, symbol) => (symbol = Symbol[name]) ? symbol : /* @__PURE__ */ Symbol.for("Symbol." + name);
`, `var __knownSymbol = (name) => $symbol(name);
`},
}

// dynamicRequire is esbuild's helper for calls of require that it cannot resolve.
var dynamicRequire = regexp.MustCompile(`(?m)^var __require = /\* @__PURE__ \*/ \(\(\w+\) => typeof require [^;]*\n(?:  .*\n)*\}\);\n`)

func cheapen(code []byte) []byte {
	if m := dynamicRequire.Find(code); m != nil {
		to := append([]byte("var __require = $lookup;"), bytes.Repeat([]byte("\n"), bytes.Count(m, []byte("\n")))...)
		code = bytes.Replace(code, m, to, 1)
	}
	for _, h := range helpers {
		code = bytes.Replace(code, []byte(h.old), []byte(h.new), 1)
	}
	return code
}

// symbols are the well-known ones that goja lacks, the same in all VMs, as
// goja's own are.
var symbols = map[string]*goja.Symbol{
	"asyncIterator": goja.NewSymbol("Symbol.asyncIterator"),
	"dispose":       goja.NewSymbol("Symbol.dispose"),
	"asyncDispose":  goja.NewSymbol("Symbol.asyncDispose"),
	"metadata":      goja.NewSymbol("Symbol.metadata"),
	"iterator":      goja.SymIterator,
}

// Symbol returns what scripts see as Symbol.asyncIterator, Symbol.dispose,
// Symbol.asyncDispose or Symbol.metadata, given the part after the dot, for
// objects made in Go; nil for any other name. It is the same in every VM.
func Symbol(name string) *goja.Symbol {
	return symbols[name]
}

func symbolOf(c goja.FunctionCall) goja.Value {
	if s := symbols[c.Argument(0).String()]; s != nil {
		return s
	}
	return goja.Undefined()
}
