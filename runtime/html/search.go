package html

import (
	"github.com/PuerkitoBio/goquery"
	"github.com/dop251/goja"
	dom "golang.org/x/net/html"

	"katydid/runtime/js"
)

// wanted is what the argument of a method asks for: one of the three.
type wanted struct {
	by    goquery.Matcher                    // a selector
	among *goquery.Selection                 // a selection or an element
	where func(int, *goquery.Selection) bool // a function
}

// wanted reads an argument.
func (k *kit) wanted(s *selection, name string, v goja.Value) wanted {
	if other, ok := reveal[*selection](v); ok {
		return wanted{among: other.Selection}
	}
	if e, ok := reveal[*element](v); ok {
		return wanted{among: &goquery.Selection{Nodes: []*dom.Node{e.node}}}
	}
	if _, ok := goja.AssertFunction(v); ok {
		f := k.function(name, v)
		return wanted{where: func(i int, one *goquery.Selection) bool { return f(i, k.selection(s.page, one)).ToBoolean() }}
	}
	if js.TypeName(v) != "string" {
		js.ThrowType(k.rt, "%s: the argument must be a selector, a selection or an element, not %s", name, v)
	}
	m, err := compile(v.String())
	if err != nil {
		js.Throw(k.rt, "%s: %v", name, err)
	}
	return wanted{by: m}
}

// pick is a method that needs an argument. A nil where: it takes no function.
type pick struct {
	name  string
	by    func(*goquery.Selection, goquery.Matcher) *goquery.Selection
	among func(*goquery.Selection, *goquery.Selection) *goquery.Selection
	where func(*goquery.Selection, func(int, *goquery.Selection) bool) *goquery.Selection
}

func (p pick) method() method[*selection] { return method[*selection]{p.name, p.call} }

func (p pick) call(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	w := k.wanted(s, p.name, c.Argument(0))
	switch {
	case w.by != nil:
		return k.selection(s.page, p.by(s.Selection, w.by))
	case w.among != nil:
		return k.selection(s.page, p.among(s.Selection, w.among))
	case p.where == nil:
		js.ThrowType(k.rt, "%s: the argument must be a selector, a selection or an element, not a function", p.name)
	}
	return k.selection(s.page, p.where(s.Selection, w.where))
}

// step is a method whose argument, if given, narrows the result. A nil by: it takes none.
type step struct {
	name string
	all  func(*goquery.Selection) *goquery.Selection
	by   func(*goquery.Selection, goquery.Matcher) *goquery.Selection
}

func (p step) method() method[*selection] { return method[*selection]{p.name, p.call} }

func (p step) call(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	if p.by == nil || !js.Given(c.Argument(0)) {
		return k.selection(s.page, p.all(s.Selection))
	}
	w := k.wanted(s, p.name, c.Argument(0))
	if w.by != nil {
		return k.selection(s.page, p.by(s.Selection, w.by))
	}
	return k.selection(s.page, w.narrow(p.all(s.Selection)))
}

// walk is a method whose first argument is where to stop, and whose second one narrows the result; either may be missing.
type walk struct {
	name  string
	all   func(*goquery.Selection) *goquery.Selection
	by    func(*goquery.Selection, goquery.Matcher) *goquery.Selection
	among func(*goquery.Selection, *goquery.Selection) *goquery.Selection
}

func (p walk) method() method[*selection] { return method[*selection]{p.name, p.call} }

func (p walk) call(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	var found *goquery.Selection
	if until := c.Argument(0); !js.Given(until) {
		found = p.all(s.Selection)
	} else if w := k.wanted(s, p.name, until); w.by != nil {
		found = p.by(s.Selection, w.by)
	} else if w.among != nil {
		found = p.among(s.Selection, w.among)
	} else {
		js.ThrowType(k.rt, "%s: where to stop must be a selector, a selection or an element, not a function", p.name)
	}
	if filter := c.Argument(1); js.Given(filter) {
		found = k.wanted(s, p.name, filter).narrow(found)
	}
	return k.selection(s.page, found)
}

func (w wanted) narrow(s *goquery.Selection) *goquery.Selection {
	switch {
	case w.by != nil:
		return s.FilterMatcher(w.by)
	case w.among != nil:
		return s.FilterSelection(w.among)
	}
	return s.FilterFunction(w.where)
}

// single is find that stops at the first.
func single(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	m, err := compile(c.Argument(0).String())
	if err != nil {
		js.Throw(k.rt, "single: %v", err)
	}
	return k.selection(s.page, s.FindMatcher(goquery.SingleMatcher(m)))
}

func is(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	w := k.wanted(s, "is", c.Argument(0))
	return k.rt.ToValue(w.narrow(s.Selection).Length() > 0)
}

// index is the place among its siblings without an argument, among the nodes of a selector, or that of an element here.
func index(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	if !js.Given(c.Argument(0)) {
		return k.rt.ToValue(s.Index())
	}
	w := k.wanted(s, "index", c.Argument(0))
	switch {
	case w.by != nil:
		return k.rt.ToValue(s.IndexMatcher(w.by))
	case w.among != nil:
		return k.rt.ToValue(s.IndexOfSelection(w.among))
	}
	return k.rt.ToValue(-1)
}
