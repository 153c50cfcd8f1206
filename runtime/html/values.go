package html

import (
	"regexp"
	"strings"

	"github.com/dop251/goja"
	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"katydid/runtime/js"
)

// attribute is the value of an attribute, and whether there is one.
func attribute(n *dom.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func has(n *dom.Node, name string) bool {
	_, ok := attribute(n, name)
	return ok
}

// attributeOr is the value of an attribute, or otherwise if there is none.
func attributeOr(n *dom.Node, name, otherwise string) string {
	if v, ok := attribute(n, name); ok {
		return v
	}
	return otherwise
}

// text is what is written in a node, without tags.
func text(n *dom.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == dom.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func innerHTML(n *dom.Node) string {
	var b strings.Builder
	for c := range n.ChildNodes() {
		_ = dom.Render(&b, c) // a builder can be written
	}
	return b.String()
}

// descendants are the elements below n that pass.
func descendants(n *dom.Node, pass func(*dom.Node) bool) (list []*dom.Node) {
	for d := range n.Descendants() {
		if d.Type == dom.ElementNode && pass(d) {
			list = append(list, d)
		}
	}
	return list
}

func tagged(tags ...atom.Atom) func(*dom.Node) bool {
	return func(n *dom.Node) bool {
		for _, tag := range tags {
			if n.DataAtom == tag {
				return true
			}
		}
		return false
	}
}

// valuesOf are the values of a control of a form, or of an option; ok is false for any other node. Of a select they are
// those of the options with the attribute selected. As in k6 and unlike in a browser, a select with none has the value "".
func valuesOf(n *dom.Node) (values []string, ok bool) {
	switch n.DataAtom {
	case atom.Input:
		otherwise := ""
		if t := strings.ToLower(attributeOr(n, "type", "")); t == "checkbox" || t == "radio" {
			otherwise = "on"
		}
		return []string{attributeOr(n, "value", otherwise)}, true
	case atom.Button:
		return []string{attributeOr(n, "value", "")}, true
	case atom.Option:
		return []string{attributeOr(n, "value", strings.TrimSpace(text(n)))}, true
	case atom.Textarea:
		return []string{text(n)}, true
	case atom.Select:
		for _, o := range selected(n) {
			v, _ := valuesOf(o)
			values = append(values, v...)
		}
		if many := has(n, "multiple"); !many && len(values) == 0 {
			return []string{""}, true
		} else if !many {
			return values[:1], true
		}
		return values, true
	}
	return nil, false
}

func selected(n *dom.Node) []*dom.Node {
	return descendants(n, func(o *dom.Node) bool { return o.DataAtom == atom.Option && has(o, "selected") })
}

// value is val(): a text, an array for a select of many, undefined for what has no value.
func (k *kit) value(n *dom.Node) goja.Value {
	values, ok := valuesOf(n)
	switch {
	case !ok:
		return goja.Undefined()
	case n.DataAtom == atom.Select && has(n, "multiple"):
		return k.texts(values)
	}
	return k.rt.ToValue(values[0])
}

func (k *kit) texts(list []string) goja.Value {
	items := make([]any, len(list))
	for i, s := range list {
		items[i] = s
	}
	return k.rt.NewArray(items...)
}

// data is data(name), or all of them as an object.
func data(k *kit, s *selection, c goja.FunctionCall) goja.Value {
	if s.Length() == 0 {
		return goja.Undefined()
	}
	n := s.Nodes[0]
	if js.Given(c.Argument(0)) {
		if v, ok := attribute(n, "data-"+dashed(c.Argument(0).String())); ok {
			return k.datum(v)
		}
		return goja.Undefined()
	}
	o := k.rt.NewObject()
	for _, a := range n.Attr {
		if name, ok := strings.CutPrefix(a.Key, "data-"); ok {
			if v := k.datum(a.Val); js.Given(v) {
				_ = o.Set(camel(name), v)
			}
		}
	}
	return o
}

// datum is the value that a data attribute is written for, as jQuery reads it: true, false, a number that is written as
// JavaScript writes it, JSON, else the text. As in k6, nothing and null are undefined.
func (k *kit) datum(text string) goja.Value {
	switch text {
	case "", "null":
		return goja.Undefined()
	case "true", "false":
		return k.rt.ToValue(text == "true")
	}
	switch c := text[0]; {
	case c == '-' || '0' <= c && c <= '9':
		if n := k.rt.ToValue(text).ToNumber(); n.String() == text {
			return n
		}
	case c == '{' || c == '[':
		if v, err := js.ParseJSON(k.rt, text); err == nil {
			return v
		}
	}
	return k.rt.ToValue(text)
}

var (
	capital = regexp.MustCompile(`[A-Z]`)
	dash    = regexp.MustCompile(`-[a-z]`)
)

func dashed(name string) string {
	return capital.ReplaceAllStringFunc(name, func(c string) string { return "-" + strings.ToLower(c) })
}

func camel(name string) string {
	return dash.ReplaceAllStringFunc(name, func(c string) string { return strings.ToUpper(c[1:]) })
}
