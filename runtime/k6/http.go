package k6

import (
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
)

// httpModule is the module k6/http.
func httpModule() spec {
	return spec{
		names: []string{
			"get", "head", "post", "put", "patch", "del", "options", "request", "asyncRequest", "batch", "file", "url",
			"expectedStatuses", "setResponseCallback", "cookieJar", "CookieJar",
			"TLS_1_0", "TLS_1_1", "TLS_1_2", "TLS_1_3",
			"OCSP_STATUS_GOOD", "OCSP_STATUS_REVOKED", "OCSP_STATUS_SERVER_FAILED", "OCSP_STATUS_UNKNOWN",
			"OCSP_REASON_UNSPECIFIED", "OCSP_REASON_KEY_COMPROMISE", "OCSP_REASON_CA_COMPROMISE", "OCSP_REASON_AFFILIATION_CHANGED",
			"OCSP_REASON_SUPERSEDED", "OCSP_REASON_CESSATION_OF_OPERATION", "OCSP_REASON_CERTIFICATE_HOLD",
			"OCSP_REASON_REMOVE_FROM_CRL", "OCSP_REASON_PRIVILEGE_WITHDRAWN", "OCSP_REASON_AA_COMPROMISE",
		},
		build: (*State).httpExport,
	}
}

// bodyless are the functions without a body, by the method they send; the others have the body before the params.
var (
	bodyless = map[string]string{"get": "GET", "head": "HEAD"}
	bodied   = map[string]string{"post": "POST", "put": "PUT", "patch": "PATCH", "del": "DELETE", "options": "OPTIONS"}
)

func (s *State) httpExport(name string) goja.Value {
	rt := s.rt()
	if method, ok := bodyless[name]; ok {
		return js.Function(rt, name, 2, func(c goja.FunctionCall) goja.Value {
			if len(c.Arguments) > 2 { // people take it for post
				s.warn("http." + name + " takes a URL and params, and has no body: further arguments are ignored")
			}
			return s.blocking(method, c.Argument(0), goja.Undefined(), c.Argument(1))
		})
	}
	if method, ok := bodied[name]; ok {
		return js.Function(rt, name, 3, func(c goja.FunctionCall) goja.Value {
			return s.blocking(method, c.Argument(0), c.Argument(1), c.Argument(2))
		})
	}
	switch name {
	case "request":
		return js.Function(rt, name, 4, func(c goja.FunctionCall) goja.Value {
			return s.blocking(js.ToText(rt, c.Argument(0)), c.Argument(1), c.Argument(2), c.Argument(3))
		})
	case "asyncRequest":
		return js.Function(rt, name, 4, s.asyncRequest)
	case "batch":
		return js.Function(rt, name, 1, s.batch)
	case "file":
		return js.Function(rt, name, 3, s.file)
	case "url":
		return js.Function(rt, name, 1, s.urlTag)
	case "expectedStatuses":
		return js.Function(rt, name, 1, s.expectedStatuses)
	case "setResponseCallback":
		return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
			list, err := callback(c.Argument(0))
			if err != nil {
				js.ThrowType(rt, "setResponseCallback: %s", err)
			}
			s.web().expect = list
			return goja.Undefined()
		})
	case "cookieJar":
		return js.Function(rt, name, 0, func(goja.FunctionCall) goja.Value {
			s.inIteration("cookieJar")
			return s.jarObject(s.web().jar())
		})
	case "CookieJar":
		return js.Constructor(rt, name, 0, func(c goja.ConstructorCall) { s.fillJar(c.This, bridge.NewJar(true)) })
	}
	return rt.ToValue(httpConstants[name])
}

// httpConstants are the names that k6 gives versions of TLS and what an OCSP responder says.
var httpConstants = map[string]string{
	"TLS_1_0": "tls1.0", "TLS_1_1": "tls1.1", "TLS_1_2": "tls1.2", "TLS_1_3": "tls1.3",
	"OCSP_STATUS_GOOD": "good", "OCSP_STATUS_REVOKED": "revoked", "OCSP_STATUS_SERVER_FAILED": "server_failed", "OCSP_STATUS_UNKNOWN": "unknown",
	"OCSP_REASON_UNSPECIFIED": "unspecified", "OCSP_REASON_KEY_COMPROMISE": "key_compromise", "OCSP_REASON_CA_COMPROMISE": "ca_compromise",
	"OCSP_REASON_AFFILIATION_CHANGED": "affiliation_changed", "OCSP_REASON_SUPERSEDED": "superseded",
	"OCSP_REASON_CESSATION_OF_OPERATION": "cessation_of_operation", "OCSP_REASON_CERTIFICATE_HOLD": "certificate_hold",
	"OCSP_REASON_REMOVE_FROM_CRL": "remove_from_crl", "OCSP_REASON_PRIVILEGE_WITHDRAWN": "privilege_withdrawn", "OCSP_REASON_AA_COMPROMISE": "aa_compromise",
}

// urlTag is http.url`...`: an address whose name leaves out what the template puts in.
func (s *State) urlTag(c goja.FunctionCall) goja.Value {
	parts := js.Object(s.rt(), "http.url must be used as a template tag: its argument", c.Argument(0))
	var url, name strings.Builder
	for i := range max(1, len(c.Arguments)) {
		text := js.TextOf(parts.Get(strconv.Itoa(i)))
		url.WriteString(text)
		name.WriteString(text)
		if i+1 < len(c.Arguments) {
			url.WriteString(js.TextOf(c.Arguments[i+1]))
			name.WriteString("${}")
		}
	}
	o := s.rt().NewObject()
	_ = o.Set("name", name.String())
	_ = o.Set("url", url.String())
	_ = o.Set("clean_url", masked(url.String()))
	return o
}

// file is http.file(data, filename, contentType): a part of a multipart body.
func (s *State) file(c goja.FunctionCall) goja.Value {
	rt := s.rt()
	data := c.Argument(0)
	if _, ok := js.BytesOf(data); !ok && js.TypeName(data) != "string" {
		js.ThrowType(rt, "http.file: the data must be text or an ArrayBuffer, not %v", data)
	}
	name, kind := js.TextOf(c.Argument(1)), js.TextOf(c.Argument(2))
	if name == "" {
		name = strconv.FormatInt(time.Now().UnixNano(), 10)
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	o := rt.NewObject()
	_ = o.Set("data", data)
	_ = o.Set("filename", name)
	_ = o.Set("content_type", kind)
	js.Hide(rt, o, fileKey, true)
	return o
}

// fileKey marks what http.file has made.
var fileKey = goja.NewSymbol("file")
