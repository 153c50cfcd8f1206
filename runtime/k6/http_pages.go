package k6

import (
	"net/url"

	"github.com/dop251/goja"

	"katydid/runtime/html"
	"katydid/runtime/js"
)

// htmlModule is the module k6/html.
func htmlModule() spec {
	return spec{html.Names, func(s *State, name string) goja.Value { return html.Export(s.rt(), name) }}
}

// document is the body as a page, parsed once.
func (r *response) document() *html.Page {
	if r.page == nil {
		rt := r.x.s.rt()
		page, err := html.Read(r.text("html"), r.x.address())
		if err != nil {
			js.Throw(rt, "res.html(): %s", err)
		}
		r.page = page
	}
	return r.page
}

// html is res.html(selector).
func (r *response) html(c goja.FunctionCall) goja.Value {
	rt := r.x.s.rt()
	all := r.document().Selection(rt)
	if js.Missing(c.Argument(0)) {
		return all
	}
	find, _ := goja.AssertFunction(all.ToObject(rt).Get("find"))
	return js.Must(find(all, c.Argument(0)))
}

// submitForm is res.submitForm({formSelector, submitSelector, fields, params}).
func (r *response) submitForm(c goja.FunctionCall) goja.Value {
	s := r.x.s
	o := argument(s, "submitForm", c)
	fields := url.Values{}
	if given, ok := o.Get("fields").(*goja.Object); ok {
		for _, name := range js.Keys(given) {
			for _, f := range s.fields(only(s, given, name)) {
				fields.Add(f.Name, f.Value)
			}
		}
	}
	form, err := r.document().Form(js.Text(o, "formSelector", ""), js.Text(o, "submitSelector", ""), fields)
	if err != nil {
		js.Throw(s.rt(), "submitForm: %s", err)
	}
	body := goja.Undefined()
	if form.Values != nil {
		data := s.rt().NewObject()
		for name, list := range form.Values {
			items := make([]any, len(list))
			for i, v := range list {
				items[i] = v
			}
			_ = data.Set(name, s.rt().NewArray(items...))
		}
		body = data
	}
	return s.blocking(form.Method, s.rt().ToValue(form.URL), body, o.Get("params"))
}

// clickLink is res.clickLink({selector, params}).
func (r *response) clickLink(c goja.FunctionCall) goja.Value {
	s := r.x.s
	o := argument(s, "clickLink", c)
	href, err := r.document().Link(js.Text(o, "selector", ""))
	if err != nil {
		js.Throw(s.rt(), "clickLink: %s", err)
	}
	return s.blocking("GET", s.rt().ToValue(href), goja.Undefined(), o.Get("params"))
}

// argument is the object of named arguments that a function takes; it may be left out.
func argument(s *State, name string, c goja.FunctionCall) *goja.Object {
	if js.Missing(c.Argument(0)) {
		return s.rt().NewObject()
	}
	return js.Object(s.rt(), "the argument of "+name, c.Argument(0))
}

// only is an object with one member of another.
func only(s *State, o *goja.Object, name string) *goja.Object {
	one := s.rt().NewObject()
	_ = one.Set(name, o.Get(name))
	return one
}
