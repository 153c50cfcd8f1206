package module

import (
	"errors"
	"net/http"
	"strings"

	"github.com/dop251/goja"
	"golang.org/x/text/encoding/htmlindex"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/vu"
	"katydid/stats"
)

// exchange is one request and its answer. It is also the response object of the script: a dynamic one, whose parts are
// converted only when they are read.
type exchange struct {
	c       *client
	method  string
	name    string
	resp    bridge.Response
	err     error // of the transport
	turn    vu.Turn
	context goja.Value
	object  *goja.Object // the response object; nil until the script gets it
	made    map[string]goja.Value

	catch    bool // the script decides between success and failure
	judged   bool // it has: verdict counts, not the status
	verdict  string
	reported bool
}

func (x *exchange) value() goja.Value {
	if x.object == nil {
		x.object = x.c.vm.RT.NewDynamicObject(x)
	}
	return x.object
}

// failure is the text of the failures row, "" for a success.
func (x *exchange) failure() string {
	switch {
	case x.judged:
		return x.verdict
	case x.err != nil:
		var e *bridge.Error
		if errors.As(x.err, &e) {
			return stats.FailureText(string(e.Kind), e.Text)
		}
		return stats.FailureText("Error", x.err.Error())
	case x.resp.Status >= 400:
		return stats.HTTPErrorText(x.resp.Status, x.reason(), x.name)
	}
	return ""
}

func (x *exchange) reason() string {
	if x.resp.Reason != "" {
		return x.resp.Reason
	}
	return http.StatusText(x.resp.Status)
}

// report records the sample, once, and tells the listeners of the request event. The error is a control exception of
// one of them.
func (x *exchange) report() error {
	if x.reported {
		return nil
	}
	x.reported = true
	s := x.turn.Sample(stats.Key{Method: x.method, Name: x.name}, &x.resp, x.failure())
	x.c.vm.Env.Recorder.Record(s)
	if x.c.vm.Env.Metrics != nil {
		x.measure(&s)
	}
	if !x.c.vm.Listens("request") {
		return nil
	}
	return fireRequest(x.c.vm, s, x.context, func(e *goja.Object) {
		_ = e.Set("response", x.value())
		_ = e.Set("url", x.resp.URL())
	})
}

// thrown makes an error of the verdict function the failure of the request.
func (x *exchange) thrown(err error) {
	x.judged, x.verdict = true, errorText(x.c.vm, err)
}

// Get implements goja.DynamicObject.
func (x *exchange) Get(key string) goja.Value {
	rt := x.c.vm.RT
	switch key { // what is cheap is made anew each time
	case "status", "status_code", "statusCode":
		return rt.ToValue(x.resp.Status)
	case "ok":
		return rt.ToValue(x.err == nil && x.resp.Status < 400)
	case "elapsed":
		return rt.ToValue(millisOf(x.resp.Elapsed()))
	case "error":
		if x.err == nil {
			return rt.ToValue("")
		}
		return rt.ToValue(x.failureOfTransport())
	}
	if v, ok := x.made[key]; ok {
		return v
	}
	v := x.member(rt, key)
	if v != nil {
		x.Set(key, v)
	}
	return v
}

func (x *exchange) failureOfTransport() string {
	var e *bridge.Error
	if errors.As(x.err, &e) {
		return stats.FailureText(string(e.Kind), e.Text)
	}
	return x.err.Error()
}

func (x *exchange) member(rt *goja.Runtime, key string) goja.Value {
	switch key {
	case "statusText", "reason":
		return rt.ToValue(x.reason())
	case "text", "body":
		return rt.ToValue(x.text(rt))
	case "content":
		x.whole(rt)
		return rt.ToValue(rt.NewArrayBuffer(x.resp.Body))
	case "json":
		return js.Function(rt, "json", 0, func(goja.FunctionCall) goja.Value { return x.parse(rt) })
	case "js":
		return x.parseOrNull(rt)
	case "headers":
		return x.headers(rt)
	case "cookies":
		return x.cookies(rt)
	case "url":
		return rt.ToValue(x.resp.URL())
	case "history":
		return x.history(rt)
	case "request":
		o := rt.NewObject()
		_ = o.Set("method", x.method)
		_ = o.Set("url", x.firstURL())
		_ = o.Set("name", x.name)
		return o
	case "timings":
		return x.timings(rt)
	}
	return x.judgement(rt, key)
}

// judgement makes the methods by which the script decides on success and failure.
func (x *exchange) judgement(rt *goja.Runtime, key string) goja.Value {
	switch key {
	case "success":
		return js.Function(rt, key, 0, func(goja.FunctionCall) goja.Value { return x.judge("") })
	case "failure":
		return js.Function(rt, key, 1, func(c goja.FunctionCall) goja.Value {
			return x.judge(stats.CatchResponseError(failureMessage(c.Argument(0))))
		})
	case "assert":
		return js.Function(rt, key, 2, func(c goja.FunctionCall) goja.Value {
			if !c.Argument(0).ToBoolean() {
				message := "assertion failed"
				if js.Given(c.Argument(1)) {
					message = failureMessage(c.Argument(1))
				}
				x.judge(stats.CatchResponseError(message))
			}
			return rt.ToValue(c.Argument(0).ToBoolean())
		})
	case "done":
		return js.Function(rt, key, 0, func(goja.FunctionCall) goja.Value {
			rethrow(rt, x.report())
			return goja.Undefined()
		})
	}
	return nil
}

// judge notes the script's verdict; the last one counts.
func (x *exchange) judge(verdict string) goja.Value {
	if x.reported {
		js.ThrowType(x.c.vm.RT, "success() and failure() count only with a callback, get(url, options, r => ...), or with {catchResponse: true}: this response has already been counted")
	}
	x.judged, x.verdict = true, verdict
	return goja.Undefined()
}

// failureMessage is the text of failure("text") or failure(new Error("text")).
func failureMessage(v goja.Value) string {
	if o, ok := v.(*goja.Object); ok {
		if m := o.Get("message"); js.Given(m) {
			return m.String()
		}
	}
	return v.String()
}

// Set implements goja.DynamicObject.
func (x *exchange) Set(key string, v goja.Value) bool {
	if x.made == nil {
		x.made = make(map[string]goja.Value, 1)
	}
	x.made[key] = v
	return true
}

// Has implements goja.DynamicObject.
func (x *exchange) Has(key string) bool { return x.Get(key) != nil }

// Delete implements goja.DynamicObject.
func (x *exchange) Delete(string) bool { return false }

// Keys implements goja.DynamicObject.
func (x *exchange) Keys() []string {
	return []string{"status", "statusText", "ok", "url", "headers", "text", "elapsed", "error", "timings"}
}

// whole throws if the body was too long to be kept.
func (x *exchange) whole(rt *goja.Runtime) {
	if x.resp.Truncated {
		js.Throw(rt, "the body of %s %s has %d bytes, and only %d are kept: raise static http = {maxBody: bytes} to read it",
			x.method, x.name, x.resp.Size, len(x.resp.Body))
	}
}

// text is the body as a string, by the charset of its Content-Type; UTF-8 without one.
func (x *exchange) text(rt *goja.Runtime) string {
	x.whole(rt)
	_, after, ok := strings.Cut(strings.ToLower(x.resp.Header.Get("Content-Type")), "charset=")
	if !ok {
		return string(x.resp.Body)
	}
	label, _, _ := strings.Cut(after, ";")
	enc, err := htmlindex.Get(strings.Trim(label, `" `))
	if err != nil {
		return string(x.resp.Body)
	}
	if name, _ := htmlindex.Name(enc); name == "utf-8" {
		return string(x.resp.Body)
	}
	b, err := enc.NewDecoder().Bytes(x.resp.Body)
	if err != nil {
		return string(x.resp.Body)
	}
	return string(b)
}
