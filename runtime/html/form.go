package html

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/dop251/goja"
	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Submission is what sending a form means. With the method GET the values are in the URL already, else they are the body.
type Submission struct {
	Method string // in capitals
	URL    string
	Values url.Values // nil for GET
}

// Form fills and sends the first form that a selector finds; its default is "form". submit finds the button in the form
// whose name and value are sent too, by default the first [type="submit"]; none is no error. fields replace the values of
// the form's own, or are added.
func (p *Page) Form(selector, submit string, fields url.Values) (Submission, error) {
	form, err := p.first(or(selector, "form"))
	if err != nil {
		return Submission{}, err
	}
	if form == nil {
		return Submission{}, fmt.Errorf("there is no form %q in the page %s", or(selector, "form"), p.url)
	}
	button, err := compile(or(submit, `[type="submit"]`))
	if err != nil {
		return Submission{}, err
	}
	values := url.Values{}
	for _, f := range fieldsOf([]*dom.Node{form}) {
		values[f.name] = append(values[f.name], f.values...)
	}
	for n := range form.Descendants() {
		if !button.Match(n) {
			continue
		}
		if name, _ := attribute(n, "name"); name != "" {
			values.Set(name, attributeOr(n, "value", ""))
		}
		break
	}
	for name, list := range fields {
		values[name] = list
	}
	s := Submission{Method: strings.ToUpper(or(attributeOr(form, "method", ""), "get"))}
	s.URL = p.resolve(attributeOr(form, "action", ""))
	if s.Method != "GET" {
		s.Values = values
		return s, nil
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return s, fmt.Errorf("the form %q has an action that is no URL: %w", or(selector, "form"), err)
	}
	u.RawQuery = values.Encode()
	s.URL = u.String()
	return s, nil
}

// Link is where the first link that a selector finds leads, as a full URL; its default is "a[href]".
func (p *Page) Link(selector string) (string, error) {
	selector = or(selector, "a[href]")
	n, err := p.first(selector)
	if err != nil {
		return "", err
	}
	if n == nil {
		return "", fmt.Errorf("there is no element %q in the page %s", selector, p.url)
	}
	href, ok := attribute(n, "href")
	if !ok {
		return "", fmt.Errorf("the element %q in the page %s has no href", selector, p.url)
	}
	return p.resolve(href), nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// first is the first element that a selector finds, nil if there is none.
func (p *Page) first(selector string) (*dom.Node, error) {
	m, err := compile(selector)
	if err != nil {
		return nil, err
	}
	for n := range p.doc.Nodes[0].Descendants() {
		if m.Match(n) {
			return n, nil
		}
	}
	return nil, nil
}

// field is a control that is sent with its form.
type field struct {
	name   string
	values []string
	many   bool // a select of many
}

// fieldsOf are the controls among the nodes and those in forms among them, in this order. Left out is what a browser does
// not send: nameless, disabled and unchecked ones, buttons and files.
func fieldsOf(nodes []*dom.Node) (list []field) {
	control := tagged(atom.Input, atom.Select, atom.Textarea)
	for _, n := range nodes {
		inside := []*dom.Node{n}
		if n.DataAtom == atom.Form {
			inside = descendants(n, control)
		}
		for _, c := range inside {
			name, _ := attribute(c, "name")
			if !control(c) || name == "" || disabled(c) {
				continue
			}
			switch strings.ToLower(attributeOr(c, "type", "")) {
			case "submit", "button", "image", "reset", "file":
				continue
			case "checkbox", "radio":
				if !has(c, "checked") {
					continue
				}
			}
			values, _ := valuesOf(c)
			list = append(list, field{name, values, c.DataAtom == atom.Select && has(c, "multiple")})
		}
	}
	return list
}

// disabled says that a control or a fieldset around it is.
func disabled(n *dom.Node) bool {
	if has(n, "disabled") {
		return true
	}
	for p := range n.Ancestors() {
		if p.DataAtom == atom.Fieldset && has(p, "disabled") {
			return true
		}
	}
	return false
}

// serialize is the text of a form's fields, sorted by name as k6 sends it.
func serialize(k *kit, s *selection, _ goja.FunctionCall) goja.Value {
	values := url.Values{}
	for _, f := range fieldsOf(s.Nodes) {
		values[f.name] = append(values[f.name], f.values...)
	}
	return k.rt.ToValue(values.Encode())
}

func serializeArray(k *kit, s *selection, _ goja.FunctionCall) goja.Value {
	var items []any
	for _, f := range fieldsOf(s.Nodes) {
		o := k.rt.NewObject()
		_ = o.Set("name", f.name)
		_ = o.Set("value", k.fieldValue(f))
		items = append(items, o)
	}
	return k.rt.NewArray(items...)
}

// serializeObject has the last of the fields of a name.
func serializeObject(k *kit, s *selection, _ goja.FunctionCall) goja.Value {
	o := k.rt.NewObject()
	for _, f := range fieldsOf(s.Nodes) {
		_ = o.Set(f.name, k.fieldValue(f))
	}
	return o
}

func (k *kit) fieldValue(f field) goja.Value {
	if f.many {
		return k.texts(f.values)
	}
	return k.rt.ToValue(f.values[0]) // all but a select of many have one
}
