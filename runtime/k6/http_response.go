package k6

import (
	"errors"
	"slices"

	"github.com/dop251/goja"

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
