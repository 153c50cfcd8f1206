package module

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// URL is the class of https://url.spec.whatwg.org/#url-class.
func URL(vm *goja.Runtime) goja.Value { return urlsOf(vm).url }

// URLSearchParams is the class of
// https://url.spec.whatwg.org/#interface-urlsearchparams.
func URLSearchParams(vm *goja.Runtime) goja.Value { return urlsOf(vm).params }

var (
	urlsKey   = goja.NewSymbol("URL classes")
	urlKey    = goja.NewSymbol("URL")
	paramsKey = goja.NewSymbol("URLSearchParams")
)

// urls are the classes of one VM. They are kept with its global object, so that
// url.searchParams is an instance of the URLSearchParams that the script knows.
type urls struct {
	vm          *goja.Runtime
	url, params *goja.Object
}

func urlsOf(vm *goja.Runtime) *urls {
	if c := js.Reveal[*urls](vm.GlobalObject(), urlsKey); c != nil {
		return c
	}
	c := &urls{vm: vm}
	js.Hide(vm, vm.GlobalObject(), urlsKey, c)
	c.makeURL()
	c.makeParams()
	return c
}

// urlState is what a URL object hides.
type urlState struct {
	*urlRecord
	params *paramsState // nil until the script asks for searchParams
	object *goja.Object // of params
}

func (c *urls) makeURL() {
	c.url = js.Constructor(c.vm, "URL", 1, func(call goja.ConstructorCall) {
		if len(call.Arguments) == 0 {
			js.ThrowType(c.vm, "URL: 1 argument required, but only 0 present")
		}
		u, ok := parseArguments(call.Arguments)
		if !ok {
			c.throwInvalid(call.Arguments[0].String())
		}
		js.Hide(c.vm, call.This, urlKey, &urlState{urlRecord: u})
	})
	js.Method(c.vm, c.url, "canParse", 1, func(call goja.FunctionCall) goja.Value {
		_, ok := parseArguments(call.Arguments)
		return c.vm.ToValue(ok)
	})
	p := js.Prototype(c.url)
	p.DefineDataPropertySymbol(goja.SymToStringTag, c.vm.ToValue("URL"), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	for _, name := range []string{"toString", "toJSON"} {
		js.Method(c.vm, p, name, 0, func(call goja.FunctionCall) goja.Value {
			return c.vm.ToValue(c.state(call.This).String())
		})
	}
	for _, part := range urlParts() {
		c.part(p, part)
	}
	js.Accessor(c.vm, p, "searchParams", func(call goja.FunctionCall) goja.Value {
		return c.searchParams(c.state(call.This))
	}, nil)
}

func parseArguments(args []goja.Value) (*urlRecord, bool) {
	if len(args) == 0 {
		return nil, false
	}
	var base *urlRecord
	if len(args) > 1 && !js.Missing(args[1]) {
		b, ok := parseURL(args[1].String(), nil)
		if !ok {
			return nil, false
		}
		base = b
	}
	return parseURL(args[0].String(), base)
}

func (c *urls) throwInvalid(input string) {
	e := c.vm.NewTypeError("Invalid URL: %s", quote(input))
	e.Set("code", "ERR_INVALID_URL")
	e.Set("input", input)
	panic(e)
}

func (c *urls) state(this goja.Value) *urlState {
	s := js.Reveal[*urlState](this, urlKey)
	if s == nil {
		js.ThrowType(c.vm, "Value of \"this\" must be of type URL")
	}
	return s
}

// urlPart is a property of URL; set is nil for one that cannot be set.
type urlPart struct {
	name string
	get  func(*urlRecord) string
	set  func(*urlRecord, string)
}

func urlParts() []urlPart {
	return []urlPart{
		{"href", (*urlRecord).String, nil}, // see part
		{"origin", (*urlRecord).origin, nil},
		{"protocol", func(u *urlRecord) string { return u.scheme + ":" }, (*urlRecord).setProtocol},
		{"username", func(u *urlRecord) string { return u.username }, (*urlRecord).setUsername},
		{"password", func(u *urlRecord) string { return u.password }, (*urlRecord).setPassword},
		{"host", (*urlRecord).hostPort, (*urlRecord).setHost},
		{"hostname", func(u *urlRecord) string { return u.host }, (*urlRecord).setHostname},
		{"port", portText, (*urlRecord).setPortText},
		{"pathname", (*urlRecord).pathname, (*urlRecord).setPathname},
		{"search", (*urlRecord).search, (*urlRecord).setSearch},
		{"hash", (*urlRecord).fragment, (*urlRecord).setHash},
	}
}

func portText(u *urlRecord) string {
	if u.port == noPort {
		return ""
	}
	return itoa(u.port)
}

func (c *urls) part(p *goja.Object, part urlPart) {
	get := func(call goja.FunctionCall) goja.Value { return c.vm.ToValue(part.get(c.state(call.This).urlRecord)) }
	var set js.Native
	switch {
	case part.name == "href":
		set = func(call goja.FunctionCall) goja.Value {
			s := c.state(call.This)
			u, ok := parseURL(call.Argument(0).String(), nil)
			if !ok {
				c.throwInvalid(call.Argument(0).String())
			}
			s.urlRecord = u
			s.refresh()
			return goja.Undefined()
		}
	case part.set != nil:
		set = func(call goja.FunctionCall) goja.Value {
			s := c.state(call.This)
			part.set(s.urlRecord, call.Argument(0).String())
			s.refresh()
			return goja.Undefined()
		}
	}
	js.Accessor(c.vm, p, part.name, get, set)
}

// refresh makes searchParams follow the query.
func (s *urlState) refresh() {
	if s.params != nil {
		s.params.pairs = parseQuery(s.query)
	}
}

func (c *urls) searchParams(s *urlState) goja.Value {
	if s.object == nil {
		s.params = &paramsState{pairs: parseQuery(s.query), url: s}
		s.object = c.vm.CreateObject(js.Prototype(c.params))
		js.Hide(c.vm, s.object, paramsKey, s.params)
	}
	return s.object
}
