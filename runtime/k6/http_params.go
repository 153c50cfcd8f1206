package k6

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/k6/options"
)

// paramNames are what params may have. Names that are not known are ignored, as k6 does.
var paramNames = [...]string{"headers", "tags", "cookies", "timeout", "redirects", "responseType", "auth", "jar", "throw", "compression", "responseCallback"}

// params reads the params object. To ask for each name costs nothing; the list of those that there are would.
func (s *State) params(c *call, o *goja.Object) error {
	for _, key := range paramNames {
		v := o.Get(key)
		if v == nil || !js.Given(v) && (key != "responseCallback" || goja.IsUndefined(v)) {
			continue
		}
		if err := s.param(c, key, v); err != nil {
			return err
		}
	}
	if c.encoding != "" {
		s.encoded(c)
	}
	if c.user != nil && c.Origin != nil && (c.auth == "digest" || c.auth == "ntlm") {
		bare := c.Origin.URL(c.URI) // they do not send user and password as they are
		c.Origin = s.web().parse(bare).origin
		if c.auth == "digest" && !c.named {
			c.given, c.url, c.name = bare, bare, bare
		}
	}
	return nil
}

func (s *State) param(c *call, key string, v goja.Value) (err error) {
	switch key {
	case "headers":
		if o := s.objectOr("params."+key, v); o != nil {
			s.headers(c, o)
		}
	case "tags":
		c.tags, err = s.readTags("params.tags", v)
		if name, ok := c.tags.get("name"); ok {
			c.name, c.url, c.named = name, name, true
		}
	case "cookies":
		if o := s.objectOr("params."+key, v); o != nil {
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
		c.auth = v.String()
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

// objectOr is v as an object; nil, with a warning, for anything else: k6 passes over it.
func (s *State) objectOr(what string, v goja.Value) *goja.Object {
	o, ok := v.(*goja.Object)
	if !ok {
		s.warn(fmt.Sprintf("%s is ignored: it must be an object, not %v", what, v))
	}
	return o
}

func (s *State) headers(c *call, o *goja.Object) {
	for _, name := range js.Keys(o) {
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
