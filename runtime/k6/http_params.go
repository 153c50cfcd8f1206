package k6

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/k6/options"
)

// call is a request of the script with all that its params say.
type call struct {
	bridge.Request
	url, name string // as tags: without a password
	named     bool   // by the script: redirects keep the name
	tags      tagList
	expect    *statuses // nil: whether the answer is as expected is nobody's business
	kind      string    // responseType: text, binary, none
	throw     bool
	redirects int  // how many may follow
	ownLimit  bool // the script has said so
	auth      string
	user      *userinfo
	jar       *bridge.Jar // nil: the user's
	cookies   []cookie    // of this request only
}

type cookie struct {
	name, value string
	replace     bool // that of the jar
}

// newCall reads url, body and params. Wrong ones are thrown; what is only an error of this request is returned.
func (s *State) newCall(method string, url, body, params goja.Value) (*call, error) {
	w := s.web()
	c := &call{Request: bridge.Request{Method: method, MaxRedirects: -1}, expect: w.expect, kind: "text", redirects: 10}
	if o := s.run.Options; o != nil {
		c.throw, c.redirects = o.Throw, o.MaxRedirects
		if o.DiscardResponseBodies {
			c.kind = "none"
		}
	}
	if err := s.address(c, url); err != nil {
		if o, ok := params.(*goja.Object); ok {
			s.params(c, o)
		}
		return c, err
	}
	contentType, err := s.body(c, body)
	if contentType != "" { // before the headers of the script, which may say otherwise
		c.Header = append(c.Header, bridge.Field{Name: "Content-Type", Value: contentType})
	}
	if o, ok := params.(*goja.Object); ok {
		if e := s.params(c, o); err == nil {
			err = e
		}
	}
	c.Discard = c.kind == "none"
	return c, err
}

// address reads the URL: text, or what http.url has made.
func (s *State) address(c *call, v goja.Value) (err error) {
	text, name := "", ""
	if o, ok := v.(*goja.Object); ok && js.Given(o.Get("url")) {
		text, name = o.Get("url").String(), js.TextOf(o.Get("name"))
	} else if js.Given(v) {
		text = v.String()
	}
	a, err := s.web().parse(text)
	if err != nil {
		c.url, c.name = masked(text), masked(text)
		return err
	}
	c.Origin, c.URI, c.url, c.name, c.user = a.origin, a.uri, a.shown, a.shown, a.user
	if name != "" {
		c.name, c.url, c.named = name, name, true
	}
	return nil
}

// params reads the params object. The names that are not known are ignored, as k6 does.
func (s *State) params(c *call, o *goja.Object) (err error) {
	for _, key := range o.Keys() {
		v := o.Get(key)
		if key == "responseCallback" {
			c.expect = s.callback(v)
			continue
		}
		if !js.Given(v) {
			continue
		}
		switch key {
		case "headers":
			s.headers(c, js.Object(s.rt(), "params.headers", v))
		case "tags":
			c.tags = s.tagsOf("params.tags", v)
			if name, ok := c.tags.get("name"); ok {
				c.name, c.url, c.named = name, name, true
			}
		case "timeout":
			c.Timeout = s.timeout(v)
		case "redirects":
			c.redirects, c.ownLimit = int(v.ToInteger()), true
		case "responseType":
			c.kind = s.oneOf("params.responseType", v.String(), "text", "binary", "none")
		case "cookies":
			c.cookies = cookiesOf(js.Object(s.rt(), "params.cookies", v))
		case "auth":
			c.auth = v.String()
		case "jar":
			c.jar = js.Reveal[*bridge.Jar](v, jarKey)
		case "throw":
			c.throw = v.ToBoolean()
		case "compression":
			err = c.compress(v.String())
		}
	}
	return err
}

func (s *State) oneOf(what, value string, allowed ...string) string {
	for _, a := range allowed {
		if a == value {
			return value
		}
	}
	js.ThrowType(s.rt(), "%s is %q: it must be one of %s", what, value, strings.Join(allowed, ", "))
	return ""
}

func (s *State) headers(c *call, o *goja.Object) {
	for _, name := range o.Keys() {
		value := js.ToText(s.rt(), o.Get(name))
		if strings.EqualFold(name, "content-length") {
			continue // it is what it is
		}
		set := false
		for i := range c.Header {
			if strings.EqualFold(c.Header[i].Name, name) {
				c.Header[i], set = bridge.Field{Name: name, Value: value}, true
			}
		}
		if !set {
			c.Header = append(c.Header, bridge.Field{Name: name, Value: value})
		}
	}
}

// timeout is a number of milliseconds or a text like 1m30s.
func (s *State) timeout(v goja.Value) time.Duration {
	if js.IsNumber(v) {
		if ms := v.ToFloat(); ms > 0 && ms < 1e12 {
			return time.Duration(ms * float64(time.Millisecond))
		}
		js.ThrowType(s.rt(), "params.timeout is %v: it must be a number of milliseconds above 0, or a text like 10s", v)
	}
	d, err := options.ParseDuration(v.String())
	if err != nil || d <= 0 || d > math.MaxInt64/2 {
		js.ThrowType(s.rt(), "params.timeout is %q: it must be a number of milliseconds above 0, or a text like 10s", v)
	}
	return d
}

// cookiesOf reads {name: value} and {name: {value, replace}}.
func cookiesOf(o *goja.Object) (list []cookie) {
	for _, name := range o.Keys() {
		k := cookie{name: name}
		if v, ok := o.Get(name).(*goja.Object); ok {
			k.value, k.replace = js.TextOf(v.Get("value")), js.Given(v.Get("replace")) && v.Get("replace").ToBoolean()
		} else {
			k.value = js.TextOf(o.Get(name))
		}
		list = append(list, k)
	}
	return list
}

// statuses are those that a script expects.
type statuses []span

type span struct{ from, to int }

// usual is what is expected without a callback.
var usual = &statuses{{200, 399}}

func (l *statuses) has(status int) bool {
	for _, s := range *l {
		if s.from <= status && status <= s.to {
			return true
		}
	}
	return false
}

// expectedStatuses is http.expectedStatuses(200, {min: 300, max: 399}).
func (s *State) expectedStatuses(c goja.FunctionCall) goja.Value {
	rt := s.rt()
	list := &statuses{}
	if len(c.Arguments) == 0 {
		js.ThrowType(rt, "expectedStatuses needs at least one status or {min, max}")
	}
	for _, v := range c.Arguments {
		if n, ok := js.Whole(v); ok {
			*list = append(*list, span{int(n), int(n)})
			continue
		}
		o, ok := v.(*goja.Object)
		if ok {
			from, okFrom := js.Whole(o.Get("min"))
			to, okTo := js.Whole(o.Get("max"))
			if ok = okFrom && okTo; ok {
				*list = append(*list, span{int(from), int(to)})
			}
		}
		if !ok {
			js.ThrowType(rt, "expectedStatuses: %v is neither a whole number nor an object with whole numbers min and max", v)
		}
	}
	o := rt.NewObject()
	js.Hide(rt, o, statusesKey, list)
	return o
}

var statusesKey = goja.NewSymbol("statuses")

// callback reads a response callback: what expectedStatuses has made, or null.
func (s *State) callback(v goja.Value) *statuses {
	if !js.Given(v) {
		return nil
	}
	list := js.Reveal[*statuses](v, statusesKey)
	if list == nil {
		js.ThrowType(s.rt(), "a response callback must be made by http.expectedStatuses, or be null")
	}
	return list
}

// cookieHeader is the Cookie field for a hop: what the script gives for this request beside the jar's.
func (c *call) cookieHeader(jar *bridge.Jar) (header string, all bool) {
	var line []string
	for _, k := range c.cookies {
		all = all || k.replace
	}
	if all {
		for _, k := range jar.Cookies(c.Origin, c.URI) {
			if !c.replaces(k) {
				line = append(line, k.Name+"="+k.Value)
			}
		}
	}
	for _, k := range c.cookies {
		line = append(line, k.name+"="+k.value)
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

func uniqueName() string { return fmt.Sprint(time.Now().UnixNano()) }
