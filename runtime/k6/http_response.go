package k6

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/html"
	"katydid/runtime/js"
)

// responseKeys are the members of a response, in k6's order.
var responseKeys = []string{
	"remote_ip", "remote_port", "url", "status", "status_text", "proto", "headers", "cookies", "body", "timings", "tls_version",
	"tls_cipher_suite", "ocsp", "error", "error_code", "request", "clickLink", "html", "json", "submitForm",
}

// response is what a script gets: a dynamic object, whose parts are converted only when they are read.
type response struct {
	x       *exchange
	content goja.Value // the body; nil before
	made    js.Members // other members
	parsed  goja.Value // of json(); nil before
	page    *html.Page // the body; nil before it was parsed
}

func (s *State) response(x *exchange) goja.Value { return s.rt().NewDynamicObject(&x.view) }

// Get implements goja.DynamicObject.
func (r *response) Get(key string) goja.Value {
	if v := r.made.Get(key); v != nil {
		return v
	}
	rt, x := r.x.s.rt(), r.x
	switch key { // what is cheap is made anew each time
	case "status":
		return rt.ToValue(x.resp.Status)
	case "error":
		return rt.ToValue(x.text)
	case "error_code":
		return rt.ToValue(x.code)
	case "body":
		if r.content == nil {
			r.content = x.body(rt)
		}
		return r.content
	case "json", "html", "submitForm", "clickLink":
		return x.s.responseMethod(key)
	}
	v := r.member(rt, key)
	if v != nil {
		r.Set(key, v)
	}
	return v
}

func (r *response) member(rt *goja.Runtime, key string) goja.Value {
	x := r.x
	switch key {
	case "remote_ip":
		ip, _ := x.remote()
		return rt.ToValue(ip)
	case "remote_port":
		_, port := x.remote()
		return rt.ToValue(port)
	case "url":
		return rt.ToValue(x.address())
	case "status_text":
		return rt.ToValue(x.status())
	case "proto":
		return rt.ToValue(x.resp.Proto)
	case "headers":
		return x.headers(rt)
	case "cookies":
		return x.cookies(rt)
	case "timings":
		return x.timings(rt)
	case "tls_version", "tls_cipher_suite":
		return rt.ToValue(x.tls(key))
	case "ocsp":
		o := rt.NewObject()
		for _, name := range []string{"produced_at", "this_update", "next_update", "revoked_at"} {
			_ = o.Set(name, 0)
		}
		_ = o.Set("revocation_reason", "")
		_ = o.Set("status", "")
		return o
	case "request":
		return x.echo(rt)
	}
	return nil
}

// Set implements goja.DynamicObject: a script may add to a response.
func (r *response) Set(key string, v goja.Value) bool {
	r.made.Set(key, v)
	return true
}

// Has implements goja.DynamicObject.
func (r *response) Has(key string) bool {
	return r.made.Get(key) != nil || slices.Contains(responseKeys, key)
}

// Delete implements goja.DynamicObject.
func (r *response) Delete(key string) bool { r.made.Delete(key); return true }

// Keys implements goja.DynamicObject: what the script has added comes last.
func (r *response) Keys() []string {
	keys := slices.Clone(responseKeys)
	var added []string
	for _, key := range r.made.Names() {
		if !slices.Contains(responseKeys, key) {
			added = append(added, key)
		}
	}
	return append(keys, added...)
}

// responseMethod is a method of all responses of the VM.
func (s *State) responseMethod(name string) goja.Value {
	w := s.web()
	if fn := w.methods[name]; fn != nil {
		return fn
	}
	do := map[string]func(*response, goja.FunctionCall) goja.Value{
		"json": (*response).json, "html": (*response).html, "submitForm": (*response).submitForm, "clickLink": (*response).clickLink,
	}[name]
	fn := js.Function(s.rt(), name, 1, func(c goja.FunctionCall) goja.Value {
		if o, ok := c.This.(*goja.Object); ok {
			if r, ok := o.Export().(*response); ok {
				return do(r, c)
			}
		}
		js.ThrowType(s.rt(), "%s has to be called as a method of a response: res.%s()", name, name)
		return nil
	})
	if w.methods == nil {
		w.methods = map[string]goja.Value{}
	}
	w.methods[name] = fn
	return fn
}

// remote is the other end of the connection.
func (x *exchange) remote() (ip string, port int) {
	if a, ok := x.resp.RemoteAddr().(*net.TCPAddr); ok {
		return a.IP.String(), a.Port
	}
	return "", 0
}

// address is the URL that has answered, or was asked for where nothing did.
func (x *exchange) address() string {
	if x.redirected != "" {
		return x.redirected
	}
	return x.c.address()
}

// address is the URL as the script wrote it, in the form of Go's, without user and password.
func (c *call) address() string {
	if u, err := url.Parse(c.given); err == nil {
		u.User = nil
		return u.String()
	}
	return c.given
}

func (x *exchange) headers(rt *goja.Runtime) goja.Value {
	o := rt.NewObject()
	all := map[string]string{}
	for name, value := range x.resp.Header.All() {
		name = textproto.CanonicalMIMEHeaderKey(name)
		if before, twice := all[name]; twice {
			value = before + ", " + value
		}
		all[name] = value
		_ = o.Set(name, value)
	}
	return o
}

// noExpiry is what k6 gives for a cookie that does not say when it expires: Go's zero time in nanoseconds does not fit.
var noExpiry = time.Time{}.UnixNano() / 1e6

// cookies are those that this answer sets: lists by name.
func (x *exchange) cookies(rt *goja.Runtime) goja.Value {
	o := rt.NewObject()
	for _, line := range x.resp.Header.Values("Set-Cookie") {
		k, err := http.ParseSetCookie(line)
		if err != nil {
			continue
		}
		c := rt.NewObject()
		_ = c.Set("name", k.Name)
		_ = c.Set("value", k.Value)
		_ = c.Set("domain", k.Domain)
		_ = c.Set("path", k.Path)
		_ = c.Set("http_only", k.HttpOnly)
		_ = c.Set("secure", k.Secure)
		_ = c.Set("max_age", k.MaxAge)
		expires := noExpiry
		if !k.Expires.IsZero() {
			expires = k.Expires.UnixMilli()
		}
		_ = c.Set("expires", expires)
		appendTo(rt, o, k.Name, c)
	}
	return o
}

// body is text, an ArrayBuffer, or null where there is none.
func (x *exchange) body(rt *goja.Runtime) goja.Value {
	switch status := x.resp.Status; {
	case x.c.kind == "none", x.err != nil, status < 200, status == http.StatusNoContent, status == http.StatusNotModified:
		return goja.Null()
	case x.c.kind == "binary":
		return rt.ToValue(rt.NewArrayBuffer(x.resp.Body))
	}
	body := x.resp.Body // ours, and nobody changes it from now on: it need not be copied to be text
	return rt.ToValue(unsafe.String(unsafe.SliceData(body), len(body)))
}

// timings are in milliseconds.
func (x *exchange) timings(rt *goja.Runtime) goja.Value {
	p := x.resp.Phases
	o := rt.NewObject()
	_ = o.Set("duration", millisOf(p.Send+p.Wait+p.Receive))
	_ = o.Set("blocked", millisOf(p.DNS+p.Connect+p.TLS+x.resp.Queued))
	_ = o.Set("looking_up", 0)
	_ = o.Set("connecting", millisOf(p.Connect))
	_ = o.Set("tls_handshaking", millisOf(p.TLS))
	_ = o.Set("sending", millisOf(p.Send))
	_ = o.Set("waiting", millisOf(p.Wait))
	_ = o.Set("receiving", millisOf(p.Receive))
	return o
}

func (x *exchange) tls(key string) string {
	t := x.resp.TLS()
	switch {
	case t == nil:
		return ""
	case key == "tls_version":
		return tlsVersion(t.Version)
	}
	return tls.CipherSuiteName(t.CipherSuite)
}

func tlsVersion(v uint16) string {
	return map[uint16]string{tls.VersionTLS10: "tls1.0", tls.VersionTLS11: "tls1.1", tls.VersionTLS12: "tls1.2", tls.VersionTLS13: "tls1.3"}[v]
}

// echo is the request as the script made it, not what a redirect made of it.
func (x *exchange) echo(rt *goja.Runtime) goja.Value {
	o := rt.NewObject()
	_ = o.Set("method", x.c.Method)
	_ = o.Set("url", x.c.address())
	headers, line := rt.NewObject(), x.cookieLine()
	agent := x.s.run.config().UserAgent
	if agent == "" && len(x.s.run.config().Header) == 0 {
		agent = bridge.DefaultUserAgent
	}
	for _, f := range x.c.Header {
		switch name := textproto.CanonicalMIMEHeaderKey(f.Name); name {
		case "Cookie": // below
		case "User-Agent":
			agent = f.Value
		default:
			_ = headers.Set(name, rt.NewArray(f.Value))
		}
	}
	if agent != "" {
		_ = headers.Set("User-Agent", rt.NewArray(agent))
	}
	if line != "" {
		_ = headers.Set("Cookie", rt.NewArray(line))
	}
	_ = o.Set("headers", headers)
	body := x.c.Body
	if x.c.plain != nil {
		body = x.c.plain
	}
	_ = o.Set("body", string(body))
	cookies := rt.NewObject()
	for pair := range strings.SplitSeq(line, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok {
			continue
		}
		c := rt.NewObject()
		_ = c.Set("name", name)
		_ = c.Set("value", value)
		_ = c.Set("replace", false)
		appendTo(rt, cookies, name, c)
	}
	_ = o.Set("cookies", cookies)
	return o
}

// appendTo puts a value at the end of the list that o has under a name.
func appendTo(rt *goja.Runtime, o *goja.Object, name string, v goja.Value) {
	if list, ok := o.Get(name).(*goja.Object); ok {
		_ = list.Set(list.Get("length").String(), v)
		return
	}
	_ = o.Set(name, rt.NewArray(v))
}

// cookieLine is the Cookie field that the first request of the chain had: the script's own, then those of the jar.
func (x *exchange) cookieLine() string {
	request, carried := x.request, x.resp.Cookies
	if x.first != nil {
		request, carried = x.first, x.carried
	}
	var line []string
	for _, f := range request.Header {
		if strings.EqualFold(f.Name, "Cookie") {
			line = append(line, f.Value)
		}
	}
	for _, k := range carried {
		line = append(line, k.Name+"="+k.Value)
	}
	return strings.Join(line, "; ")
}

// text is the body; it throws where there is none, but for a request that was not even tried: as in k6 that is as good as an
// empty answer. what says what it is for.
func (r *response) text(what string) string {
	v := r.Get("body")
	if !js.Given(v) {
		if why, ok := errors.AsType[*refusal](r.x.err); ok && !why.counts {
			return ""
		}
		js.Throw(r.x.s.rt(), "res.%s(): the body is null: the request has failed, or its body was discarded", what)
	}
	if b, ok := js.BytesOf(v); ok {
		return string(b)
	}
	return v.String()
}

// json is res.json(path).
func (r *response) json(c goja.FunctionCall) goja.Value {
	rt := r.x.s.rt()
	text := r.text("json")
	if path := c.Argument(0); !js.Missing(path) {
		return js.FindJSON(rt, text, path.String())
	}
	if r.parsed != nil {
		return r.parsed
	}
	v, err := js.ParseJSON(rt, text)
	if bad := (*js.BadJSON)(nil); errors.As(err, &bad) {
		js.Throw(rt, "cannot parse json due to an error at line %d, character %d, error: %s", bad.Line, bad.Char, bad.Err)
	} else if err != nil {
		js.Throw(rt, "cannot parse json: %s", err)
	}
	r.parsed = v
	return v
}
