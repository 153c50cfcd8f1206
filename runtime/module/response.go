package module

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// parse is response.json().
func (x *exchange) parse(rt *goja.Runtime) goja.Value {
	body := x.text(rt)
	if js.DeepJSON(body) {
		js.Throw(rt, "the JSON of %s %s is nested deeper than %d levels", x.method, x.name, js.MaxJSONDepth)
	}
	fn, _ := goja.AssertFunction(rt.GlobalObject().Get("JSON").ToObject(rt).Get("parse"))
	v, err := fn(goja.Undefined(), rt.ToValue(body))
	if err != nil {
		js.Throw(rt, "%s", notJSON(x, body))
	}
	return v
}

// parseJSON is JSON.parse for scripts.
func parseJSON(rt *goja.Runtime) goja.Value {
	json := rt.GlobalObject().Get("JSON").ToObject(rt)
	own, _ := goja.AssertFunction(json.Get("parse"))
	return js.Function(rt, "parse", 2, func(c goja.FunctionCall) goja.Value {
		if text, ok := c.Argument(0).(goja.String); ok && text.Length() > js.MaxJSONDepth && js.DeepJSON(text.String()) {
			panic(js.NewError(rt, "SyntaxError", js.ErrDeepJSON.Error()))
		}
		v, err := own(json, c.Arguments...)
		rethrow(rt, err)
		return v
	})
}

// notJSON says what came in place of JSON, as Locust does.
func notJSON(x *exchange, body string) string {
	if len(body) > 250 {
		body = strings.ToValidUTF8(body[:250], "") + "..."
	}
	if x.err != nil {
		return "there is no response to parse as JSON: " + x.failureOfTransport()
	}
	return fmt.Sprintf("Could not parse response as JSON. %s, response code %d", body, x.resp.Status)
}

func (x *exchange) parseOrNull(rt *goja.Runtime) (v goja.Value) {
	v = goja.Null()
	if ex := rt.Try(func() { v = x.parse(rt) }); ex != nil {
		return goja.Null()
	}
	return v
}

// headers is an object of lower-case names; several fields of one name are joined as HTTP allows (RFC 9110, 5.3), but
// for Set-Cookie. get(name) does not mind the case.
func (x *exchange) headers(rt *goja.Runtime) goja.Value {
	o := rt.NewObject()
	all := map[string]string{}
	for name, value := range x.resp.Header.All() {
		name = strings.ToLower(name)
		before, twice := all[name]
		switch {
		case !twice:
			all[name] = value
		case name == "set-cookie":
			all[name] = before + "\n" + value
		default:
			all[name] = before + ", " + value
		}
		_ = o.Set(name, all[name])
	}
	get := js.Function(rt, "get", 1, func(c goja.FunctionCall) goja.Value {
		if v, ok := all[strings.ToLower(c.Argument(0).String())]; ok {
			return rt.ToValue(v)
		}
		return goja.Undefined()
	})
	_ = o.DefineDataProperty("get", get, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return o
}

// cookies are those that this answer has set.
func (x *exchange) cookies(rt *goja.Runtime) goja.Value {
	o := rt.NewObject()
	for _, line := range x.resp.Header.Values("Set-Cookie") {
		if k, err := http.ParseSetCookie(line); err == nil {
			_ = o.Set(k.Name, k.Value)
		}
	}
	return o
}

func (x *exchange) history(rt *goja.Runtime) goja.Value {
	list := rt.NewArray()
	for i, hop := range x.resp.History {
		o := rt.NewObject()
		_ = o.Set("status", hop.Status)
		_ = o.Set("url", hop.URL())
		_ = list.Set(fmt.Sprint(i), o)
	}
	return list
}

// firstURL is where the request went, before any redirect.
func (x *exchange) firstURL() string {
	if len(x.resp.History) > 0 {
		return x.resp.History[0].URL()
	}
	return x.resp.URL()
}

// timings are the phases in milliseconds.
func (x *exchange) timings(rt *goja.Runtime) goja.Value {
	o := rt.NewObject()
	p := x.resp.Phases
	for _, phase := range []struct {
		name string
		d    time.Duration
	}{{"dns", p.DNS}, {"connect", p.Connect}, {"tls", p.TLS}, {"send", p.Send}, {"wait", p.Wait}, {"receive", p.Receive}} {
		_ = o.Set(phase.name, millisOf(phase.d))
	}
	return o
}

func millisOf(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
