package k6

import (
	"fmt"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
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
	plain     []byte      // that body as it was; nil if it is not compressed
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
func (s *State) newCall(method string, url, body, params goja.Value) (*exchange, error) {
	x := &exchange{s: s}
	c := &x.own
	*c = call{Request: bridge.Request{Method: method, MaxRedirects: -1}, expect: s.web().expect, kind: "text", redirects: 10}
	x.c, x.view.x = c, x
	if o := s.run.Options; o != nil {
		c.throw, c.redirects = o.Throw, o.MaxRedirects
		if o.DiscardResponseBodies {
			c.kind = "none"
		}
	}
	wrong := s.address(c, url)
	if wrong != nil && !wrong.counts {
		return x, wrong
	}
	contentType, err := s.body(c, body)
	if err != nil {
		return x, err
	}
	if contentType != "" { // before the headers of the script, which may say otherwise
		c.Header = append(c.Header, bridge.Field{Name: "Content-Type", Value: contentType})
	}
	if o, ok := params.(*goja.Object); ok {
		if err := s.params(c, o); err != nil {
			return x, err
		}
	}
	c.Discard = c.kind == "none"
	if wrong != nil {
		return x, wrong
	}
	return x, nil
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
	case goja.IsString(v), ok && o.ClassName() == "String":
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
