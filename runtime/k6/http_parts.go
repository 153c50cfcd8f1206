package k6

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"
	"unsafe"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
)

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
	case x.resp.Truncated:
		js.Throw(rt, "the body of %s %s has %d bytes, and only %d are kept: use responseType: 'none'", x.method, x.name, x.resp.Size, len(x.resp.Body))
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
