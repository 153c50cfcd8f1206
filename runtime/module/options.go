package module

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
)

// build fills a request from what the script gave. Wrong options are thrown as TypeErrors: they are the script's fault
// and must not look like failures of the target.
func (c *client) build(req *bridge.Request, x *exchange, url, body, options goja.Value) {
	rt := c.vm.RT
	origin, uri := c.resolve(url)
	*req = bridge.Request{Method: x.method, Origin: origin, URI: uri, Header: req.Header[:0]}
	contentType := ""
	if body != nil {
		req.Body, contentType = rawBody(rt, body)
	}
	if o, ok := options.(*goja.Object); ok {
		if t := c.options(req, x, o); t != "" {
			contentType = t
		}
	} else if js.Given(options) {
		js.ThrowType(rt, "%s: the options must be an object, not %v", strings.ToLower(x.method), options)
	}
	if c.headers != nil {
		req.Header = addFields(rt, req.Header, c.headers)
	}
	if contentType != "" && !hasField(req.Header, "content-type") {
		req.Header = append(req.Header, bridge.Field{Name: "Content-Type", Value: contentType})
	}
	if c.auth != "" && !hasField(req.Header, "authorization") {
		req.Header = append(req.Header, bridge.Field{Name: "Authorization", Value: c.auth})
	}
	if x.name == "" {
		x.name = c.name(req.URI)
	}
}

// resolve finds out where a request goes.
func (c *client) resolve(url goja.Value) (*bridge.Origin, string) {
	rt := c.vm.RT
	if !js.Given(url) {
		js.ThrowType(rt, "the URL is missing")
	}
	text := js.ToText(rt, url)
	if scheme, _, ok := strings.Cut(text, "://"); ok && otherScheme(scheme) {
		js.ThrowType(rt, "bad URL %q: the scheme must be http or https", text)
	}
	origin, uri, err := c.origin.Resolve(text)
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		js.ThrowType(rt, "bad URL %s", e.Text)
	}
	return origin, uri
}

// otherScheme tells ws and ftp from paths with a URL inside.
func otherScheme(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(s[i]))) {
			return false
		}
	}
	return s != "" && !strings.EqualFold(s, "http") && !strings.EqualFold(s, "https")
}

// name is what a request without an own name is counted under: path and query, grouped if the class asks for it.
func (c *client) name(uri string) string {
	if c.named != "" {
		return c.named
	}
	return c.group.apply(uri)
}

// options reads the options object and gives the body's own content type. The keys are walked once, so that a misspelt
// one is found.
func (c *client) options(req *bridge.Request, x *exchange, o *goja.Object) (contentType string) {
	rt := c.vm.RT
	var form []bridge.Field
	var files goja.Value
	for _, key := range o.Keys() {
		v := o.Get(key)
		if !js.Given(v) {
			continue
		}
		switch key {
		case "name":
			x.name = js.ToText(rt, v)
		case "params":
			req.URI = bridge.AddQuery(req.URI, pairs(rt, v))
		case "headers":
			req.Header = addFields(rt, req.Header, js.Object(rt, key, v))
		case "json":
			req.Body = stringify(rt, v)
			contentType = "application/json"
		case "data", "body":
			if isBody(v) {
				req.Body, contentType = rawBody(rt, v)
			} else {
				form = pairs(rt, v)
				req.Body, contentType = bridge.Form(form), bridge.FormType
			}
		case "files":
			files = v
		case "auth":
			req.Header = append(req.Header, bridge.Field{Name: "Authorization", Value: authOf(rt, v)})
		case "timeout":
			req.Timeout = seconds(rt, key, v)
		case "redirects", "allowRedirects", "allow_redirects":
			req.MaxRedirects = redirects(rt, v)
		case "cookies":
			req.Header = append(req.Header, bridge.Field{Name: "Cookie", Value: cookieLine(pairs(rt, v))})
		case "catchResponse", "catch_response":
			x.catch = v.ToBoolean()
		case "context":
			x.context = v
		case "tags":
		default:
			js.ThrowType(rt, "unknown request option %q: known are name, params, headers, json, data, files, auth, timeout, redirects, cookies, catchResponse, context", key)
		}
	}
	if files != nil { // whatever the script has set: only the body's maker knows the boundary
		req.Body, contentType = bridge.Multipart(append(formParts(form), fileParts(rt, files)...))
		req.Header = slices.DeleteFunc(req.Header, func(f bridge.Field) bool { return strings.EqualFold(f.Name, "content-type") })
	}
	return contentType
}

// cookieLine is the Cookie header of a request with cookies of its own; the bridge adds the user's.
func cookieLine(own []bridge.Field) string {
	var line []string
	for _, f := range own {
		line = append(line, f.Name+"="+f.Value)
	}
	return strings.Join(line, "; ")
}

// authOf makes the Authorization header of [user, password], or takes a string as it is.
func authOf(rt *goja.Runtime, v goja.Value) string {
	if !js.Given(v) {
		return ""
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return v.String()
	}
	user, password := o.Get("0"), o.Get("1")
	if !js.Given(user) || !js.Given(password) {
		js.ThrowType(rt, "auth must be [user, password] or the value of an Authorization header")
	}
	return bridge.BasicAuth(user.String(), password.String())
}

func seconds(rt *goja.Runtime, key string, v goja.Value) time.Duration {
	s := v.ToFloat()
	if !(s > 0) || s > 1e8 {
		js.ThrowType(rt, "%s: %v is not a number of seconds above 0", key, v)
	}
	return time.Duration(s * float64(time.Second))
}

// redirects reads true, false or the largest number of redirects to follow.
func redirects(rt *goja.Runtime, v goja.Value) int {
	if n, ok := js.Whole(v); ok && n >= 0 {
		if n == 0 {
			return -1
		}
		return int(n)
	}
	switch v.String() {
	case "true":
		return bridge.DefaultMaxRedirects
	case "false":
		return -1
	}
	js.ThrowType(rt, "redirects: %v is neither true, false nor a number of 0 or more", v)
	return 0
}

// upper is a method's name as it is sent; the common ones are not allocated.
func upper(method string) string {
	for _, m := range [...]string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"} {
		if strings.EqualFold(m, method) {
			return m
		}
	}
	return strings.ToUpper(method)
}

// reasonOf is an error without the path and the operation that os puts in front.
func reasonOf(err error) string {
	for e := err; e != nil; e = errors.Unwrap(e) {
		err = e
	}
	return fmt.Sprint(err)
}
