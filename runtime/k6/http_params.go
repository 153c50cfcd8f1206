package k6

import (
	"fmt"
	"net/http"
	"strconv"
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
	given     string // the URL, as the script wrote it
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
	encoding  string      // of a compressed body
}

type cookie struct {
	name, value string
	replace     bool // that of the jar
}

// refusal is why a request is not sent, with k6's number and words for it; the number is 0 where k6 has none.
type refusal struct {
	code int
	text string
	// counts says that k6 finds it only when it sends: such a request is one that has failed, others are none.
	counts bool
}

func (e *refusal) Error() string { return e.text }

func refuse(format string, args ...any) error { return &refusal{text: fmt.Sprintf(format, args...)} }

// newCall reads url, body and params. What is wrong with them is a *refusal; only the script's own errors are thrown.
func (s *State) newCall(method string, url, body, params goja.Value) (*call, error) {
	c := &call{Request: bridge.Request{Method: method, MaxRedirects: -1}, expect: s.web().expect, kind: "text", redirects: 10}
	if o := s.run.Options; o != nil {
		c.throw, c.redirects = o.Throw, o.MaxRedirects
		if o.DiscardResponseBodies {
			c.kind = "none"
		}
	}
	wrong := s.address(c, url)
	if wrong != nil && !wrong.counts {
		return c, wrong
	}
	contentType, err := s.body(c, body)
	if err != nil {
		return c, err
	}
	if contentType != "" { // before the headers of the script, which may say otherwise
		c.Header = append(c.Header, bridge.Field{Name: "Content-Type", Value: contentType})
	}
	if o, ok := params.(*goja.Object); ok {
		if err := s.params(c, o); err != nil {
			return c, err
		}
	}
	c.Discard = c.kind == "none"
	if wrong != nil {
		return c, wrong
	}
	return c, nil
}

// address reads the URL: text, what http.url has made, or a URL.
func (s *State) address(c *call, v goja.Value) *refusal {
	var text, name string
	o, ok := v.(*goja.Object)
	switch {
	case ok && js.Given(o.Get("clean_url")):
		text, name = js.TextOf(o.Get("url")), js.TextOf(o.Get("name"))
	case ok && js.Given(o.Get("href")):
		text = o.Get("href").String()
	case js.TypeName(v) == "string":
		text = v.String()
	default:
		return &refusal{code: codeInvalidURL, text: "invalid URL: it must be text, not " + v.String()}
	}
	a := s.web().parse(text)
	c.Origin, c.URI, c.given, c.url, c.name, c.user = a.origin, a.uri, text, a.shown, a.shown, a.user
	if name == "" {
		name = s.name
	}
	if name != "" {
		c.name, c.url, c.named = name, name, true
	}
	return a.wrong
}

// params reads the params object. The names that are not known are ignored, as k6 does.
func (s *State) params(c *call, o *goja.Object) error {
	for _, key := range o.Keys() {
		v := o.Get(key)
		if !js.Given(v) && key != "responseCallback" {
			continue
		}
		if err := s.param(c, key, v); err != nil {
			return err
		}
	}
	if c.encoding != "" {
		s.encoded(c)
	}
	if c.auth == "digest" && c.user != nil && !c.named {
		c.given = c.Origin.URL(c.URI)
		c.url, c.name = c.given, c.given
	}
	return nil
}

func (s *State) param(c *call, key string, v goja.Value) (err error) {
	switch key {
	case "headers":
		if o := s.object(key, v); o != nil {
			s.headers(c, o)
		}
	case "tags":
		if o := s.object(key, v); o != nil {
			c.tags, err = readTags(o)
		}
		if name, ok := c.tags.get("name"); ok {
			c.name, c.url, c.named = name, name, true
		}
	case "cookies":
		if o := s.object(key, v); o != nil {
			c.cookies = cookiesOf(o)
		}
	case "timeout":
		c.Timeout, err = timeoutOf(v)
	case "redirects":
		c.redirects, c.ownLimit = int(v.ToInteger()), true
	case "responseType":
		if c.kind = v.String(); c.kind != "text" && c.kind != "binary" && c.kind != "none" {
			err = refuse("params.responseType is %q: it must be text, binary or none", c.kind)
		}
	case "auth":
		if c.auth = v.String(); c.auth == "ntlm" {
			err = refuse("params.auth: NTLM is not supported; basic and digest are")
		}
	case "jar":
		c.jar = js.Reveal[*bridge.Jar](v, jarKey)
	case "throw":
		c.throw = v.ToBoolean()
	case "compression":
		err = s.compress(c, v.String())
	case "responseCallback":
		c.expect, err = callback(v)
	}
	return err
}

// object is a param that has to be one. What is none is ignored, as in k6, but not in silence.
func (s *State) object(key string, v goja.Value) *goja.Object {
	o, ok := v.(*goja.Object)
	if !ok {
		s.warn("params." + key + " must be an object: it is ignored")
	}
	return o
}

func (s *State) headers(c *call, o *goja.Object) {
	for _, name := range o.Keys() {
		value := js.ToText(s.rt(), o.Get(name))
		switch {
		case strings.EqualFold(name, "content-length"):
			if value != strconv.Itoa(len(c.Body)) {
				s.warn(fmt.Sprintf("the header Content-Length of a request, %q, is not the length of its body, %d: it is not sent", value, len(c.Body)))
			}
		case strings.EqualFold(name, "transfer-encoding"), strings.EqualFold(name, "trailer"): // are the connection's business
		default:
			c.setHeader(name, value)
		}
	}
}

// setHeader sets a field in place of one of the same name.
func (c *call) setHeader(name, value string) {
	for i := range c.Header {
		if strings.EqualFold(c.Header[i].Name, name) {
			c.Header[i] = bridge.Field{Name: name, Value: value}
			return
		}
	}
	c.Header = append(c.Header, bridge.Field{Name: name, Value: value})
}

// timeoutOf reads a number of milliseconds or a text like 1m30s. Nothing can be done in no time: the bridge finds that
// out when it tries.
func timeoutOf(v goja.Value) (d time.Duration, err error) {
	if js.IsNumber(v) {
		d = time.Duration(min(v.ToFloat(), 1e12) * float64(time.Millisecond))
	} else if d, err = options.ParseDuration(v.String()); err != nil {
		return 0, refuse("params.timeout is %q: it must be a number of milliseconds, or a text like 10s", v)
	}
	return max(d, 1), nil
}

// cookiesOf reads {name: value} and {name: {value, replace}}.
func cookiesOf(o *goja.Object) (list []cookie) {
	for _, name := range o.Keys() {
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
		return nil, refuse("a response callback must be made by http.expectedStatuses, or be null")
	}
	return list, nil
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

func uniqueName() string { return fmt.Sprint(time.Now().UnixNano()) }
