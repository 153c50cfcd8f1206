package html

import (
	"github.com/PuerkitoBio/goquery"
	"github.com/dop251/goja"
	dom "golang.org/x/net/html"

	"katydid/runtime/js"
)

// Get implements goja.DynamicObject: the only member that is no method is the page's URL.
func (s *selection) Get(key string) goja.Value {
	if key == "url" {
		return s.rt.ToValue(s.page.url)
	}
	return nil
}

// Has implements goja.DynamicObject.
func (s *selection) Has(key string) bool { return key == "url" }

// Keys implements goja.DynamicObject.
func (s *selection) Keys() []string { return []string{"url"} }

// selectionClass is k6's Selection. What a method does is jQuery's but for: each goes on after false, toArray gives
// selections of one, and get without a number gives elements.
var selectionClass = classOf([]method[*selection]{
	pick{"find", (*goquery.Selection).FindMatcher, (*goquery.Selection).FindSelection, nil}.method(),
	pick{"filter", (*goquery.Selection).FilterMatcher, (*goquery.Selection).FilterSelection, (*goquery.Selection).FilterFunction}.method(),
	pick{"not", (*goquery.Selection).NotMatcher, (*goquery.Selection).NotSelection, (*goquery.Selection).NotFunction}.method(),
	pick{"has", (*goquery.Selection).HasMatcher, (*goquery.Selection).HasSelection, nil}.method(),
	pick{"closest", (*goquery.Selection).ClosestMatcher, (*goquery.Selection).ClosestSelection, nil}.method(),
	pick{"add", (*goquery.Selection).AddMatcher, (*goquery.Selection).AddSelection, nil}.method(),
	{"single", single},
	{"is", is},
	{"index", index},

	step{"children", (*goquery.Selection).Children, (*goquery.Selection).ChildrenMatcher}.method(),
	step{"contents", (*goquery.Selection).Contents, (*goquery.Selection).ContentsMatcher}.method(),
	step{"parent", (*goquery.Selection).Parent, (*goquery.Selection).ParentMatcher}.method(),
	step{"parents", (*goquery.Selection).Parents, (*goquery.Selection).ParentsMatcher}.method(),
	step{"next", (*goquery.Selection).Next, (*goquery.Selection).NextMatcher}.method(),
	step{"nextAll", (*goquery.Selection).NextAll, (*goquery.Selection).NextAllMatcher}.method(),
	step{"prev", (*goquery.Selection).Prev, (*goquery.Selection).PrevMatcher}.method(),
	step{"prevAll", (*goquery.Selection).PrevAll, (*goquery.Selection).PrevAllMatcher}.method(),
	step{"siblings", (*goquery.Selection).Siblings, (*goquery.Selection).SiblingsMatcher}.method(),
	walk{"parentsUntil", (*goquery.Selection).Parents, (*goquery.Selection).ParentsUntilMatcher, (*goquery.Selection).ParentsUntilSelection}.method(),
	walk{"nextUntil", (*goquery.Selection).NextAll, (*goquery.Selection).NextUntilMatcher, (*goquery.Selection).NextUntilSelection}.method(),
	walk{"prevUntil", (*goquery.Selection).PrevAll, (*goquery.Selection).PrevUntilMatcher, (*goquery.Selection).PrevUntilSelection}.method(),

	step{"first", (*goquery.Selection).First, nil}.method(),
	step{"last", (*goquery.Selection).Last, nil}.method(),
	step{"end", (*goquery.Selection).End, nil}.method(),
	{"eq", func(k *kit, s *selection, c goja.FunctionCall) goja.Value {
		return k.selection(s.page, s.Eq(int(c.Argument(0).ToInteger())))
	}},
	{"slice", slice},
	{"get", get},
	{"toArray", func(k *kit, s *selection, _ goja.FunctionCall) goja.Value {
		return k.list(s, func(_ int, one *goquery.Selection) goja.Value { return k.selection(s.page, one) })
	}},
	{"size", func(k *kit, s *selection, _ goja.FunctionCall) goja.Value { return k.rt.ToValue(s.Length()) }},
	{"each", each},
	{"map", func(k *kit, s *selection, c goja.FunctionCall) goja.Value {
		f := k.function("map", c.Argument(0))
		return k.list(s, func(i int, one *goquery.Selection) goja.Value { return f(i, k.selection(s.page, one)) })
	}},

	{"attr", attr},
	{"text", func(k *kit, s *selection, _ goja.FunctionCall) goja.Value { return k.rt.ToValue(s.Text()) }},
	{"html", func(k *kit, s *selection, _ goja.FunctionCall) goja.Value {
		if s.Length() == 0 {
			return k.rt.ToValue("")
		}
		return k.rt.ToValue(innerHTML(s.Nodes[0]))
	}},
	{"val", func(k *kit, s *selection, _ goja.FunctionCall) goja.Value {
		if s.Length() == 0 {
			return goja.Undefined()
		}
		return k.value(s.Nodes[0])
	}},
	{"data", data},
	{"serialize", serialize},
	{"serializeArray", serializeArray},
	{"serializeObject", serializeObject},
})

// list is an array of what f makes of each node.
func (k *kit) list(s *selection, f func(i int, one *goquery.Selection) goja.Value) goja.Value {
	items := make([]any, s.Length())
	for i := range items {
		items[i] = f(i, s.Eq(i))
	}
	return k.rt.NewArray(items...)
}

// function makes a Go function of a script's, which gets a number and a selection or element.
func (k *kit) function(name string, v goja.Value) func(i int, item goja.Value) goja.Value {
	f, ok := goja.AssertFunction(v)
	if !ok {
		js.ThrowType(k.rt, "%s: the argument must be a function", name)
	}
	return func(i int, item goja.Value) goja.Value { return js.Must(f(goja.Undefined(), k.rt.ToValue(i), item)) }
}

func each(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	f := k.function("each", c.Argument(0))
	for i, n := range s.Nodes {
		f(i, k.element(s.page, n))
	}
	return c.This
}

func slice(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	n := s.Length()
	place := func(v goja.Value, otherwise int) int {
		if !js.Given(v) {
			return otherwise
		}
		i := v.ToInteger()
		if i < 0 {
			i += int64(n)
		}
		return int(min(max(i, 0), int64(n)))
	}
	from, to := place(c.Argument(0), 0), place(c.Argument(1), n)
	return k.selection(s.page, s.Slice(from, max(from, to)))
}

func get(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	if len(c.Arguments) == 0 {
		return k.elementList(s.page, s.Nodes)
	}
	return k.element(s.page, nodeAt(s.Nodes, c.Argument(0).ToInteger()))
}

// nodeAt counts from the end if i is negative; nil if there is none.
func nodeAt(nodes []*dom.Node, i int64) *dom.Node {
	if i < 0 {
		i += int64(len(nodes))
	}
	if i < 0 || i >= int64(len(nodes)) {
		return nil
	}
	return nodes[i]
}

// attr is attr(name, otherwise).
func attr(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	if v, ok := s.Attr(c.Argument(0).String()); ok {
		return k.rt.ToValue(v)
	}
	return c.Argument(1)
}
