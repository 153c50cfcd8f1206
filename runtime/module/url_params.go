package module

import (
	"slices"
	"unicode/utf16"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// paramsState is what a URLSearchParams object hides.
type paramsState struct {
	pairs []pair
	url   *urlState // that it belongs to, or nil
}

// changed writes the pairs back to the URL.
func (s *paramsState) changed() {
	if s.url == nil {
		return
	}
	s.url.query = formatQuery(s.pairs)
	s.url.hasQuery = s.url.query != ""
}

// match returns a test for the name and, if it is given, the value.
func match(call goja.FunctionCall) func(pair) bool {
	name := call.Argument(0).String()
	if js.Missing(call.Argument(1)) {
		return func(p pair) bool { return p.name == name }
	}
	value := call.Argument(1).String()
	return func(p pair) bool { return p.name == name && p.value == value }
}

func (s *paramsState) first(name string) int {
	return slices.IndexFunc(s.pairs, func(p pair) bool { return p.name == name })
}

// set gives the first pair of the name the value and drops the others.
func (s *paramsState) set(name, value string) {
	i := s.first(name)
	if i < 0 {
		s.pairs = append(s.pairs, pair{name, value})
		return
	}
	s.pairs[i].value = value
	rest := slices.DeleteFunc(s.pairs[i+1:], func(p pair) bool { return p.name == name })
	s.pairs = s.pairs[:i+1+len(rest)]
}

// sort orders by name, as JavaScript compares strings.
func (s *paramsState) sort() {
	slices.SortStableFunc(s.pairs, func(a, b pair) int {
		return slices.Compare(utf16.Encode([]rune(a.name)), utf16.Encode([]rune(b.name)))
	})
}

func (c *urls) paramsOf(this goja.Value) *paramsState {
	s := js.Reveal[*paramsState](this, paramsKey)
	if s == nil {
		js.ThrowType(c.vm, "Value of \"this\" must be of type URLSearchParams")
	}
	return s
}

func (c *urls) makeParams() {
	c.params = js.Constructor(c.vm, "URLSearchParams", 0, func(call goja.ConstructorCall) {
		js.Hide(c.vm, call.This, paramsKey, &paramsState{pairs: c.pairsOf(call.Argument(0))})
	})
	p := js.Prototype(c.params)
	tag := c.vm.ToValue("URLSearchParams")
	p.DefineDataPropertySymbol(goja.SymToStringTag, tag, goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	c.paramsReaders(p)
	c.paramsWriters(p)
	c.paramsIterators(p)
}

// paramsMethod defines a method that needs some arguments.
func (c *urls) paramsMethod(p *goja.Object, name string, need int, f func(*paramsState, goja.FunctionCall) goja.Value) {
	js.Method(c.vm, p, name, need, func(call goja.FunctionCall) goja.Value {
		s := c.paramsOf(call.This)
		if len(call.Arguments) < need {
			js.ThrowType(c.vm, "URLSearchParams.%s: %d argument%s required, but only %d present", name, need, plural(need), len(call.Arguments))
		}
		return f(s, call)
	})
}

func (c *urls) paramsReaders(p *goja.Object) {
	c.paramsMethod(p, "get", 1, func(s *paramsState, call goja.FunctionCall) goja.Value {
		if i := s.first(call.Argument(0).String()); i >= 0 {
			return c.vm.ToValue(s.pairs[i].value)
		}
		return goja.Null()
	})
	c.paramsMethod(p, "getAll", 1, func(s *paramsState, call goja.FunctionCall) goja.Value {
		var values []any
		for _, p := range s.pairs {
			if p.name == call.Argument(0).String() {
				values = append(values, p.value)
			}
		}
		return c.vm.NewArray(values...)
	})
	c.paramsMethod(p, "has", 1, func(s *paramsState, call goja.FunctionCall) goja.Value {
		return c.vm.ToValue(slices.ContainsFunc(s.pairs, match(call)))
	})
	c.paramsMethod(p, "toString", 0, func(s *paramsState, _ goja.FunctionCall) goja.Value {
		return c.vm.ToValue(formatQuery(s.pairs))
	})
	js.Accessor(c.vm, p, "size", func(call goja.FunctionCall) goja.Value {
		return c.vm.ToValue(len(c.paramsOf(call.This).pairs))
	}, nil)
}

func (c *urls) paramsWriters(p *goja.Object) {
	write := func(name string, need int, f func(*paramsState, goja.FunctionCall)) {
		c.paramsMethod(p, name, need, func(s *paramsState, call goja.FunctionCall) goja.Value {
			f(s, call)
			s.changed()
			return goja.Undefined()
		})
	}
	write("append", 2, func(s *paramsState, call goja.FunctionCall) {
		s.pairs = append(s.pairs, pair{call.Argument(0).String(), call.Argument(1).String()})
	})
	write("delete", 1, func(s *paramsState, call goja.FunctionCall) { s.pairs = slices.DeleteFunc(s.pairs, match(call)) })
	write("set", 2, func(s *paramsState, call goja.FunctionCall) {
		s.set(call.Argument(0).String(), call.Argument(1).String())
	})
	write("sort", 0, func(s *paramsState, _ goja.FunctionCall) { s.sort() })
}

func (c *urls) paramsIterators(p *goja.Object) {
	item := map[string]func(pair) goja.Value{
		"keys":    func(p pair) goja.Value { return c.vm.ToValue(p.name) },
		"values":  func(p pair) goja.Value { return c.vm.ToValue(p.value) },
		"entries": func(p pair) goja.Value { return c.vm.NewArray(p.name, p.value) },
	}
	for _, name := range []string{"entries", "keys", "values"} {
		c.paramsMethod(p, name, 0, func(s *paramsState, _ goja.FunctionCall) goja.Value { return c.iterator(s, item[name]) })
	}
	p.DefineDataPropertySymbol(goja.SymIterator, p.Get("entries"), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	c.paramsMethod(p, "forEach", 1, func(s *paramsState, call goja.FunctionCall) goja.Value {
		f, ok := goja.AssertFunction(call.Argument(0))
		if !ok {
			js.ThrowType(c.vm, "URLSearchParams.forEach: the argument must be a function")
		}
		for i := 0; i < len(s.pairs); i++ {
			must(f(call.Argument(1), c.vm.ToValue(s.pairs[i].value), c.vm.ToValue(s.pairs[i].name), call.This))
		}
		return goja.Undefined()
	})
}

// iterator sees what is appended while it runs, as the standard wants.
func (c *urls) iterator(s *paramsState, item func(pair) goja.Value) goja.Value {
	i := 0
	it := c.vm.NewObject()
	js.Method(c.vm, it, "next", 0, func(goja.FunctionCall) goja.Value {
		result := c.vm.NewObject()
		done := i >= len(s.pairs)
		if done {
			result.Set("value", goja.Undefined())
		} else {
			result.Set("value", item(s.pairs[i]))
			i++
		}
		result.Set("done", done)
		return result
	})
	self := js.Function(c.vm, "[Symbol.iterator]", 0, func(call goja.FunctionCall) goja.Value { return call.This })
	it.DefineDataPropertySymbol(goja.SymIterator, self, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	tag := c.vm.ToValue("URLSearchParams Iterator")
	it.DefineDataPropertySymbol(goja.SymToStringTag, tag, goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return it
}
