package bridge

import (
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// check finds what cannot be sent, before anything is.
func (h *hop) check() error {
	if h.origin == nil {
		return &Error{Kind: InvalidURL, Text: "the request has no address"}
	}
	if !httpguts.ValidHeaderFieldName(h.method) { // a method is a token, just as a field name
		return &Error{Kind: InvalidRequest, Text: "the method is not a token: " + strconv.Quote(shown(h.method, maxShown))}
	}
	if h.uri[0] != '/' && h.uri != "*" {
		return invalidURL(h.uri, "the path must begin with a slash")
	}
	for i := range len(h.uri) {
		if h.uri[i] <= ' ' || h.uri[i] == 0x7f {
			return invalidURL(h.uri, "holds a space or a control character")
		}
	}
	for _, f := range h.header {
		if !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value) {
			return &Error{Kind: InvalidRequest, Text: "header " + strconv.Quote(shown(f.Name, maxShown)) + " holds characters that cannot be sent"}
		}
		if strings.EqualFold(f.Name, "Transfer-Encoding") {
			return &Error{Kind: InvalidRequest, Text: "Transfer-Encoding cannot be set: bodies are sent with their length"}
		}
	}
	return nil
}

// appendHead writes request line and header. By hand, because fasthttp's RequestHeader changes what the script asked
// for: it reorders fields, re-serialises Cookie and Connection, and copies every name and value twice.
func (h *hop) appendHead(b []byte, cn *conn) []byte {
	b = append(append(b, h.method...), ' ')
	if cn.absolute {
		b = append(append(append(b, h.origin.Scheme...), "://"...), h.origin.Host...)
	}
	b = append(append(b, h.uri...), " HTTP/1.1\r\n"...)
	b = h.appendDefault(b, "Host", h.origin.Host)
	b = h.appendDefault(b, "User-Agent", h.cfg.userAgent())
	if !h.cfg.NoAccept {
		b = h.appendDefault(b, "Accept", "*/*")
		b = h.appendDefault(b, "Accept-Encoding", h.cfg.acceptEncoding())
	}
	if h.origin.auth != "" {
		b = h.appendDefault(b, "Authorization", h.origin.auth)
	}
	if cn.proxyAuth != "" {
		b = appendField(b, "Proxy-Authorization", cn.proxyAuth)
	}
	if h.cfg.NoKeepAlive {
		b = h.appendDefault(b, "Connection", "close")
	}
	for _, f := range h.header {
		if h.sends(f.Name) && !isCookie(f.Name) && !nameless(f) {
			b = appendField(b, f.Name, f.Value)
		}
	}
	for _, f := range h.cfg.Header {
		if h.sends(f.Name) && !isCookie(f.Name) && !nameless(f) && !has(h.header, f.Name) {
			b = appendField(b, f.Name, f.Value)
		}
	}
	b = h.appendCookieField(b)
	if len(h.body) > 0 || h.method == "POST" || h.method == "PUT" || h.method == "PATCH" {
		b = strconv.AppendInt(append(b, "Content-Length: "...), int64(len(h.body)), 10)
		b = append(b, "\r\n"...)
	}
	return append(b, "\r\n"...)
}

// appendDefault writes a field unless script or configuration have their own.
func (h *hop) appendDefault(b []byte, name, value string) []byte {
	if has(h.header, name) && h.sends(name) || has(h.cfg.Header, name) && h.sends(name) {
		return b
	}
	return appendField(b, name, value)
}

// sends tells whether a field of the script goes out: the length is computed here, and redirects strip some.
func (h *hop) sends(name string) bool {
	switch len(name) {
	case len("Content-Length"):
		return !strings.EqualFold(name, "Content-Length")
	case len("Content-Type"):
		return !h.bodyGone || !strings.EqualFold(name, "Content-Type")
	case len("Content-Encoding"): // and Content-Language, Content-Location
		return !h.bodyGone || !strings.EqualFold(name[:8], "Content-")
	case len("Authorization"):
		return !h.crossed || !strings.EqualFold(name, "Authorization")
	case len("Cookie"):
		return !h.crossed || !strings.EqualFold(name, "Cookie")
	case len("Host"):
		return !h.crossed || !strings.EqualFold(name, "Host")
	}
	return true
}

// appendCookieField: there may be only one such field (RFC 6265, 5.4), so what script and configuration set comes
// first in it and the user's cookies after that.
func (h *hop) appendCookieField(b []byte) []byte {
	mark := len(b)
	b = append(b, "Cookie: "...)
	empty := len(b)
	for _, fields := range [...][]Field{h.header, h.cfg.Header} {
		for _, f := range fields {
			if isCookie(f.Name) && h.sends(f.Name) {
				b = append(separate(b, empty), f.Value...)
			}
		}
	}
	if h.cookies {
		h.carried = h.jar.Cookies(h.origin, h.uri)
		for _, k := range h.carried {
			b = appendCookie(separate(b, empty), k)
		}
	}
	if len(b) == empty {
		return b[:mark]
	}
	return append(b, "\r\n"...)
}

func separate(b []byte, empty int) []byte {
	if len(b) > empty {
		b = append(b, "; "...)
	}
	return b
}

func appendCookie(b []byte, k *http.Cookie) []byte {
	b = append(append(b, k.Name...), '=')
	if k.Quoted {
		return append(append(append(b, '"'), k.Value...), '"')
	}
	return append(b, k.Value...)
}

// nameless is a User-Agent without a value: the request is to have none, as in net/http.
func nameless(f Field) bool {
	return f.Value == "" && len(f.Name) == len("User-Agent") && strings.EqualFold(f.Name, "User-Agent")
}

func isCookie(name string) bool {
	return len(name) == len("Cookie") && strings.EqualFold(name, "Cookie")
}

func appendField(b []byte, name, value string) []byte {
	b = append(append(b, name...), ": "...)
	return append(append(b, value...), "\r\n"...)
}

func has(fields []Field, name string) bool {
	for _, f := range fields {
		if len(f.Name) == len(name) && strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}
