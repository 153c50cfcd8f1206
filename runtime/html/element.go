package html

import (
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/dop251/goja"
	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"katydid/runtime/js"
)

// nodeClass is k6's Element, functions where a browser has properties: those of every tag, and of texts and comments.
var nodeClass = classOf([]method[*element]{
	textual("nodeName", nodeName),
	textual("tagName", nodeName),
	textual("textContent", textContent),
	textual("innerHTML", innerHTML),
	textual("id", func(n *dom.Node) string { return attributeOr(n, "id", "") }),
	textual("className", func(n *dom.Node) string { return attributeOr(n, "class", "") }),
	textual("lang", func(n *dom.Node) string { return attributeOr(n, "lang", "") }),
	textual("toString", func(*dom.Node) string { return "[object html.Node]" }),
	{"nodeType", func(k *kit, e *element, _ goja.FunctionCall) goja.Value { return k.rt.ToValue(nodeType[e.node.Type]) }},
	{"nodeValue", func(k *kit, e *element, _ goja.FunctionCall) goja.Value {
		if e.node.Type == dom.TextNode || e.node.Type == dom.CommentNode {
			return k.rt.ToValue(e.node.Data)
		}
		return goja.Undefined()
	}},
	{"classList", func(k *kit, e *element, _ goja.FunctionCall) goja.Value {
		return k.texts(strings.Fields(attributeOr(e.node, "class", "")))
	}},
	{"selection", func(k *kit, e *element, _ goja.FunctionCall) goja.Value {
		return k.selection(e.page, e.page.doc.FindNodes(e.node))
	}},

	{"getAttribute", func(k *kit, e *element, c goja.FunctionCall) goja.Value {
		if v, ok := attribute(e.node, c.Argument(0).String()); ok {
			return k.rt.ToValue(v)
		}
		return goja.Undefined()
	}},
	flag("hasAttribute", func(_ *kit, e *element, c goja.FunctionCall) bool { return has(e.node, c.Argument(0).String()) }),
	flag("hasAttributes", func(_ *kit, e *element, _ goja.FunctionCall) bool { return len(e.node.Attr) > 0 }),
	{"getAttributeNode", func(k *kit, e *element, c goja.FunctionCall) goja.Value {
		if v, ok := attribute(e.node, c.Argument(0).String()); ok {
			return k.attribute(c.Argument(0).String(), v)
		}
		return goja.Undefined()
	}},
	{"attributes", func(k *kit, e *element, _ goja.FunctionCall) goja.Value {
		o := k.rt.NewObject()
		for _, a := range e.node.Attr {
			_ = o.Set(a.Key, k.attribute(a.Key, a.Val))
		}
		return o
	}},

	related("firstChild", func(n *dom.Node) *dom.Node { return n.FirstChild }),
	related("lastChild", func(n *dom.Node) *dom.Node { return n.LastChild }),
	related("nextSibling", func(n *dom.Node) *dom.Node { return n.NextSibling }),
	related("previousSibling", func(n *dom.Node) *dom.Node { return n.PrevSibling }),
	related("parentNode", func(n *dom.Node) *dom.Node { return n.Parent }),
	related("parentElement", func(n *dom.Node) *dom.Node {
		if n.Parent != nil && n.Parent.Type == dom.ElementNode {
			return n.Parent
		}
		return nil
	}),
	related("firstElementChild", func(n *dom.Node) *dom.Node { return nodeAt(children(n), 0) }),
	related("lastElementChild", func(n *dom.Node) *dom.Node { return nodeAt(children(n), -1) }),
	related("nextElementSibling", func(n *dom.Node) *dom.Node {
		for n = n.NextSibling; n != nil && n.Type != dom.ElementNode; n = n.NextSibling {
		}
		return n
	}),
	related("previousElementSibling", func(n *dom.Node) *dom.Node {
		for n = n.PrevSibling; n != nil && n.Type != dom.ElementNode; n = n.PrevSibling {
		}
		return n
	}),
	{"ownerDocument", func(k *kit, e *element, _ goja.FunctionCall) goja.Value {
		return k.element(e.page, e.page.doc.Nodes[0])
	}},
	group("children", func(_ *kit, e *element, _ goja.FunctionCall) []*dom.Node { return children(e.node) }),
	group("childNodes", func(_ *kit, e *element, _ goja.FunctionCall) []*dom.Node { return slices.Collect(e.node.ChildNodes()) }),
	{"childElementCount", func(k *kit, e *element, _ goja.FunctionCall) goja.Value { return k.rt.ToValue(len(children(e.node))) }},
	flag("hasChildNodes", func(_ *kit, e *element, _ goja.FunctionCall) bool { return e.node.FirstChild != nil }),

	flag("matches", func(k *kit, e *element, c goja.FunctionCall) bool { return k.matcher("matches", c).Match(e.node) }),
	{"querySelector", func(k *kit, e *element, c goja.FunctionCall) goja.Value {
		return k.element(e.page, nodeAt(descendants(e.node, k.matcher("querySelector", c).Match), 0))
	}},
	group("querySelectorAll", func(k *kit, e *element, c goja.FunctionCall) []*dom.Node {
		return descendants(e.node, k.matcher("querySelectorAll", c).Match)
	}),
	group("getElementsByTagName", func(_ *kit, e *element, c goja.FunctionCall) []*dom.Node {
		name := strings.ToLower(c.Argument(0).String())
		return descendants(e.node, func(n *dom.Node) bool { return name == "*" || n.Data == name })
	}),
	group("getElementsByClassName", func(_ *kit, e *element, c goja.FunctionCall) []*dom.Node {
		names := strings.Fields(c.Argument(0).String())
		return descendants(e.node, func(n *dom.Node) bool {
			classes := strings.Fields(attributeOr(n, "class", ""))
			return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(classes, name) })
		})
	}),
	flag("contains", func(k *kit, e *element, c goja.FunctionCall) bool {
		other, ok := reveal[*element](c.Argument(0))
		return ok && (other.node == e.node || slices.Contains(slices.Collect(other.node.Ancestors()), e.node))
	}),
	flag("isSameNode", func(k *kit, e *element, c goja.FunctionCall) bool {
		other, ok := reveal[*element](c.Argument(0))
		return ok && other.node == e.node
	}),
	flag("isEqualNode", func(k *kit, e *element, c goja.FunctionCall) bool {
		other, ok := reveal[*element](c.Argument(0))
		return ok && outerHTML(other.node) == outerHTML(e.node)
	}),
})

// The makers of methods: of a text, of one other node, of several, and of yes or no.

func textual(name string, f func(*dom.Node) string) method[*element] {
	return method[*element]{name, func(k *kit, e *element, _ goja.FunctionCall) goja.Value { return k.rt.ToValue(f(e.node)) }}
}

func related(name string, f func(*dom.Node) *dom.Node) method[*element] {
	return method[*element]{name, func(k *kit, e *element, _ goja.FunctionCall) goja.Value { return k.element(e.page, f(e.node)) }}
}

func group(name string, f func(*kit, *element, goja.FunctionCall) []*dom.Node) method[*element] {
	return method[*element]{name, func(k *kit, e *element, c goja.FunctionCall) goja.Value { return k.elementList(e.page, f(k, e, c)) }}
}

func flag(name string, f func(*kit, *element, goja.FunctionCall) bool) method[*element] {
	return method[*element]{name, func(k *kit, e *element, c goja.FunctionCall) goja.Value { return k.rt.ToValue(f(k, e, c)) }}
}

var nodeType = map[dom.NodeType]int{dom.ElementNode: 1, dom.TextNode: 3, dom.CommentNode: 8, dom.DocumentNode: 9, dom.DoctypeNode: 10}

func nodeName(n *dom.Node) string { return goquery.NodeName(&goquery.Selection{Nodes: []*dom.Node{n}}) }

func textContent(n *dom.Node) string {
	if n.Type == dom.TextNode || n.Type == dom.CommentNode {
		return n.Data
	}
	return text(n)
}

func outerHTML(n *dom.Node) string {
	var b strings.Builder
	_ = dom.Render(&b, n) // a builder can be written
	return b.String()
}

func children(n *dom.Node) (list []*dom.Node) {
	for c := range n.ChildNodes() {
		if c.Type == dom.ElementNode {
			list = append(list, c)
		}
	}
	return list
}

func (k *kit) attribute(name, value string) goja.Value {
	o := k.rt.NewObject()
	_ = o.Set("name", name)
	_ = o.Set("value", value)
	return o
}

// matcher is the selector that a method is given.
func (k *kit) matcher(name string, c goja.FunctionCall) goquery.Matcher {
	m, err := compile(c.Argument(0).String())
	if err != nil {
		js.Throw(k.rt, "%s: %v", name, err)
	}
	return m
}

// formOf is the form around a control.
func formOf(n *dom.Node) *dom.Node {
	for p := range n.Ancestors() {
		if p.DataAtom == atom.Form {
			return p
		}
	}
	return nil
}
