package k6

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
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
	text      string // the URL as the script wrote it, without user and password
	url, name string // as tags: with those masked
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

	compression string // of the body
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
			_ = s.params(c, o) // throw, and the tags; the URL is what counts
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
	if err == nil && c.compression != "" {
		err = c.compress(c.compression)
	}
	c.Discard = c.kind == "none"
	return c, err
}

// address reads the URL: text, or what http.url has made.
func (s *State) address(c *call, v goja.Value) (err error) {
	text, name := v.String(), ""
	o, isObject := v.(*goja.Object) // of http.url, or a URL
	if isObject && js.Given(o.Get("url")) {
		text, name, isObject = o.Get("url").String(), js.TextOf(o.Get("name")), false
	}
	a, err := s.web().parse(text)
	if err != nil {
		c.text, c.url, c.name = text, masked(text), masked(text)
		if isObject || js.TypeName(v) != "string" && !js.IsObject(v) {
			err = &bridge.Error{Kind: bridge.InvalidURL, Text: fmt.Sprintf("invalid URL: %v is no text", v)}
		}
		return err
	}
	c.Origin, c.URI, c.text, c.url, c.name, c.user = a.origin, a.uri, a.text, a.shown, a.shown, a.user
	if name != "" {
		c.name, c.url, c.named = name, name, true
	}
	return nil
}

// params reads the params object. Names that are not known are ignored, as k6 does. The error is the first; it does not
// keep the rest from being read, since throw may come last.
func (s *State) params(c *call, o *goja.Object) (err error) {
	for _, key := range o.Keys() {
		if v := o.Get(key); js.Given(v) || key == "responseCallback" {
			if e := s.param(c, key, v); err == nil {
				err = e
			}
		}
	}
	return err
}

func (s *State) param(c *call, key string, v goja.Value) (err error) {
	switch key {
	case "headers":
		if o := s.objectOr("params.headers", v); o != nil {
			s.headers(c, o)
		}
	case "tags":
		c.tags, err = s.readTags("params.tags", v)
		if name, ok := c.tags.get("name"); ok {
			c.name, c.url, c.named = name, name, true
		}
	case "timeout":
		c.Timeout, err = timeout(v)
	case "redirects":
		c.redirects, c.ownLimit = int(v.ToInteger()), true
	case "responseType":
		if c.kind = v.String(); !slices.Contains(responseTypes, c.kind) {
			err = fmt.Errorf("params.responseType is %q: it must be one of %s", c.kind, strings.Join(responseTypes, ", "))
		}
	case "responseCallback":
		c.expect, err = callback(v)
	case "cookies":
		if o := s.objectOr("params.cookies", v); o != nil {
			c.cookies = cookiesOf(o)
		}
	case "auth":
		c.auth = v.String()
	case "jar":
		c.jar = js.Reveal[*bridge.Jar](v, jarKey)
	case "throw":
		c.throw = v.ToBoolean()
	case "compression":
		c.compression = v.String()
	}
	return err
}

var responseTypes = []string{"text", "binary", "none"}

// objectOr is v as an object; nil, with a warning, for anything else: k6 passes over it.
func (s *State) objectOr(what string, v goja.Value) *goja.Object {
	o, ok := v.(*goja.Object)
	if !ok {
		s.warn(fmt.Sprintf("%s is ignored: it must be an object, not %v", what, v))
	}
	return o
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
func timeout(v goja.Value) (time.Duration, error) {
	if js.IsNumber(v) {
		if ms := v.ToFloat(); ms > 0 && ms < 1e12 {
			return time.Duration(ms * float64(time.Millisecond)), nil
		}
	} else if d, err := options.ParseDuration(v.String()); err == nil && d > 0 && d < math.MaxInt64/2 {
		return d, nil
	}
	return 0, fmt.Errorf("params.timeout is %v: it must be a number of milliseconds above 0, or a text like 10s", v)
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
func callback(v goja.Value) (*statuses, error) {
	if !js.Given(v) {
		return nil, nil
	}
	list := js.Reveal[*statuses](v, statusesKey)
	if list == nil {
		return nil, errors.New("a response callback must be made by http.expectedStatuses, or be null")
	}
	return list, nil
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
	return strings.Join(append(line, cookieLine(c.cookies)), "; "), all
}

// cookieLine is cookies as a request carries them.
func cookieLine(list []cookie) string {
	var line []string
	for _, k := range list {
		line = append(line, k.name+"="+k.value)
	}
	return strings.Join(line, "; ")
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
