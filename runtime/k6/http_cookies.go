package k6

import (
	"net/http"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
)

var jarKey = goja.NewSymbol("jar")

// jarObject is a jar for the script.
func (s *State) jarObject(jar *bridge.Jar) goja.Value {
	o := s.rt().NewObject()
	s.fillJar(o, jar)
	return o
}

// fillJar gives an object the methods of a jar.
func (s *State) fillJar(o *goja.Object, jar *bridge.Jar) {
	rt := s.rt()
	js.Hide(rt, o, jarKey, jar)
	js.Method(rt, o, "set", 4, func(c goja.FunctionCall) goja.Value {
		a := s.cookieURL("set", c.Argument(0))
		k := &http.Cookie{Name: js.ToText(rt, c.Argument(1)), Value: js.ToText(rt, c.Argument(2))}
		if params, ok := c.Argument(3).(*goja.Object); ok {
			s.cookieParams(k, params)
		}
		jar.Set(a.origin, a.uri, k)
		return rt.ToValue(true)
	})
	js.Method(rt, o, "cookiesForURL", 1, func(c goja.FunctionCall) goja.Value {
		a := s.cookieURL("cookiesForURL", c.Argument(0))
		all := rt.NewObject()
		for _, k := range jar.Cookies(a.origin, a.uri) {
			appendTo(rt, all, k.Name, rt.ToValue(k.Value))
		}
		return all
	})
	js.Method(rt, o, "clear", 1, func(c goja.FunctionCall) goja.Value {
		a := s.cookieURL("clear", c.Argument(0))
		jar.Clear(a.origin, a.uri)
		return goja.Undefined()
	})
	js.Method(rt, o, "delete", 2, func(c goja.FunctionCall) goja.Value {
		a := s.cookieURL("delete", c.Argument(0))
		jar.Delete(a.origin, a.uri, js.ToText(rt, c.Argument(1)))
		return goja.Undefined()
	})
}

func (s *State) cookieURL(method string, v goja.Value) *address {
	a := s.web().parse(js.TextOf(v))
	if a.wrong != nil {
		js.Throw(s.rt(), "jar.%s: %q is no URL: %s", method, a.shown, a.wrong)
	}
	return a
}

// cookieParams reads {domain, path, expires, max_age, secure, http_only}.
func (s *State) cookieParams(k *http.Cookie, o *goja.Object) {
	k.Domain, k.Path = js.Text(o, "domain", ""), js.Text(o, "path", "")
	flag := func(name string) bool { v := o.Get(name); return js.Given(v) && v.ToBoolean() }
	k.Secure, k.HttpOnly = flag("secure"), flag("http_only")
	if v := o.Get("max_age"); js.Given(v) {
		k.MaxAge = int(v.ToInteger())
	}
	text := js.Text(o, "expires", "")
	if text == "" {
		return
	}
	at, err := time.Parse(time.RFC1123, text)
	if err != nil {
		js.Throw(s.rt(), "jar.set: expires is %q: it must be like Mon, 02 Jan 2006 15:04:05 MST", text)
	}
	k.Expires = at
}

// cookie is one of params.cookies.
type cookie struct {
	name, value string
	replace     bool // that of the jar
}

// cookiesOf reads {name: value} and {name: {value, replace}}.
func cookiesOf(o *goja.Object) (list []cookie) {
	for _, name := range js.Keys(o) {
		v := o.Get(name)
		k := cookie{name: name}
		if o, ok := v.(*goja.Object); ok {
			v, k.replace = o.Get("value"), js.Given(o.Get("replace")) && o.Get("replace").ToBoolean()
		}
		if js.Given(v) {
			k.value = v.String()
			list = append(list, k)
		}
	}
	return list
}

// cookieHeader is the Cookie field for a request of the chain: what the script gives for it beside the jar's. all says
// that those of the jar are in it, but for the replaced ones.
func (c *call) cookieHeader(jar *bridge.Jar, to *bridge.Request) (header string, all bool) {
	var line []string
	for _, k := range c.cookies {
		line = append(line, k.name+"="+k.value)
		all = all || k.replace
	}
	if all {
		for _, k := range jar.Cookies(to.Origin, to.URI) {
			if !c.replaces(k) {
				line = append(line, k.Name+"="+k.Value)
			}
		}
	}
	return strings.Join(line, "; "), all
}

func (c *call) replaces(k *http.Cookie) bool {
	for _, own := range c.cookies {
		if own.name == k.Name && own.replace {
			return true
		}
	}
	return false
}
