package module

import (
	"fmt"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/stats"
)

// rest is client.rest(method, url, options, fn): JSON both ways, and a body that is not JSON is a failure.
func (c *client) rest(fc goja.FunctionCall) goja.Value {
	return c.sendREST(fc.Argument(0), fc.Argument(1), fc.Argument(2), fc.Argument(3), "")
}

// restUnique is client.rest_: it appends _=<ms> to the URL so that no cache answers, and counts under url?_=...
func (c *client) restUnique(fc goja.FunctionCall) goja.Value {
	url := js.ToText(c.vm.RT, fc.Argument(1))
	sep := "?"
	if strings.Contains(url, "?") {
		sep = "&"
	}
	unique := c.vm.RT.ToValue(fmt.Sprintf("%s%s_=%d", url, sep, time.Now().UnixMilli()))
	return c.sendREST(fc.Argument(0), unique, fc.Argument(2), fc.Argument(3), url+sep+"_=...")
}

func (c *client) sendREST(method, url, options, fn goja.Value, name string) goja.Value {
	rt := c.vm.RT
	opts := rt.NewObject()
	if o, ok := options.(*goja.Object); ok {
		if _, isFn := goja.AssertFunction(o); isFn {
			fn = o
		} else {
			for _, key := range o.Keys() {
				_ = opts.Set(key, o.Get(key))
			}
		}
	}
	if name != "" && !js.Given(opts.Get("name")) {
		_ = opts.Set("name", name)
	}
	headers := rt.NewObject()
	_ = headers.Set("Accept", "application/json")
	if own := opts.Get("headers"); js.Given(own) {
		for _, key := range own.ToObject(rt).Keys() {
			_ = headers.Set(key, own.ToObject(rt).Get(key))
		}
	}
	_ = opts.Set("headers", headers)
	verdict := rt.ToValue(func(fc goja.FunctionCall) goja.Value { return c.restVerdict(fc.Argument(0), fn) })
	return c.send(upper(js.ToText(rt, method)), url, nil, opts, verdict)
}

// restVerdict fails a response that is not JSON, then asks the script's own verdict function.
func (c *client) restVerdict(response, fn goja.Value) goja.Value {
	x := response.Export().(*exchange)
	if x.err == nil && x.resp.Status < 400 {
		if ex := c.vm.RT.Try(func() { x.Set("js", x.parse(c.vm.RT)) }); ex != nil {
			x.judge(stats.CatchResponseError(notJSON(x, string(x.resp.Body))))
		}
	}
	if verdict, ok := goja.AssertFunction(fn); ok {
		v, err := verdict(goja.Undefined(), response)
		rethrow(c.vm.RT, err)
		return v
	}
	return goja.Undefined()
}
