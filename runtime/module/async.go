package module

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
)

// maxSpare is how many connections of its own a user keeps for parallel requests, as browsers have six per host.
const maxSpare = 6

// asyncClient is client.async: the same methods, which give a promise at once and send in parallel.
type asyncClient struct {
	c    *client
	made map[string]goja.Value
}

// Get implements goja.DynamicObject.
func (a *asyncClient) Get(key string) goja.Value {
	if v, ok := a.made[key]; ok {
		return v
	}
	rt := a.c.vm.RT
	var v goja.Value
	if body, ok := verbs[key]; ok {
		v = js.Function(rt, key, 2, func(fc goja.FunctionCall) goja.Value { return a.verb(upper(key), body, fc) })
	} else if key == "request" {
		v = js.Function(rt, key, 3, func(fc goja.FunctionCall) goja.Value {
			return a.c.request(fc.Arguments, a.c.start)
		})
	} else {
		return nil
	}
	if a.made == nil {
		a.made = make(map[string]goja.Value)
	}
	a.made[key] = v
	return v
}

// Set implements goja.DynamicObject.
func (a *asyncClient) Set(string, goja.Value) bool { return false }

// Has implements goja.DynamicObject.
func (a *asyncClient) Has(key string) bool { return a.Get(key) != nil }

// Delete implements goja.DynamicObject.
func (a *asyncClient) Delete(string) bool { return false }

// Keys implements goja.DynamicObject.
func (a *asyncClient) Keys() []string {
	return []string{"get", "head", "options", "delete", "post", "put", "patch", "request"}
}

func (a *asyncClient) verb(method string, body bool, fc goja.FunctionCall) goja.Value {
	var raw goja.Value
	rest := fc.Arguments[min(1, len(fc.Arguments)):]
	if body && isBody(fc.Argument(1)) {
		raw = fc.Argument(1)
		rest = rest[1:]
	}
	options, fn := goja.Undefined(), goja.Undefined()
	for _, v := range rest {
		if _, ok := goja.AssertFunction(v); ok {
			fn = v
		} else if js.Given(v) {
			options = v
		}
	}
	return a.c.start(method, fc.Argument(0), raw, options, fn)
}

// start sends a request in a goroutine of its own and gives the promise of its response.
func (c *client) start(method string, url, body, options, fn goja.Value) goja.Value {
	x := &exchange{c: c, method: method}
	req := &bridge.Request{}
	c.build(req, x, url, body, options)
	x.turn = c.vm.Turn()
	h := c.spareClient()
	promise, resolve, reject := c.vm.RT.NewPromise()
	finish := c.vm.Async()
	turn, hard := runOf(c.vm).Turn, c.vm.Hard()
	go func() {
		if turn != nil {
			select {
			case <-time.After(turn(time.Now())):
			case <-hard: // h is closed
			}
		}
		err := do(h.Client, req, &x.resp)
		finish(func() {
			c.giveBack(h)
			if c.vm.Killed() || c.vm.Left() {
				c.abandon(x, err)
				return
			}
			var v goja.Value
			err := c.vm.Guard(func() { v = c.finish(x, err, fn) })
			if ex, ok := err.(*goja.Exception); ok {
				err = reject(ex.Value())
			} else if err == nil {
				err = resolve(v) // runs what awaits it
			}
			c.vm.Stray(err)
		})
	}()
	return c.vm.RT.ToValue(promise)
}

// abandon counts a request that was over when the user had left or the hard stop came, without asking the script.
func (c *client) abandon(x *exchange, err error) {
	if errors.Is(err, bridge.ErrClosed) {
		c.interrupted(x)
		return
	}
	x.err = err
	_ = x.report() // nothing is left to steer
}

// do is Do in a goroutine that nothing else guards: a fault of ours ends the request, not the process.
func do(h *bridge.Client, req *bridge.Request, resp *bridge.Response) (err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("internal error: %v\n%s", x, debug.Stack())
		}
	}()
	return h.Do(req, resp)
}

// spare is a client for parallel requests, with the user's cookies and a connection of its own.
type spare struct {
	*bridge.Client
	forget func() // see vu.VM.OnKill
}

// spareClient takes an idle one, or makes one.
func (c *client) spareClient() spare {
	if c.vm.Revived() != c.revived { // a hard stop has closed them
		c.spare, c.revived = nil, c.vm.Revived()
	}
	if n := len(c.spare); n > 0 {
		h := c.spare[n-1]
		c.spare = c.spare[:n-1]
		return h
	}
	h := c.http.Sibling() // also if it is closed
	return spare{h, c.vm.OnKill(h.Close)}
}

func (c *client) giveBack(h spare) {
	if len(c.spare) < maxSpare && !c.vm.Killed() && !c.vm.Left() {
		c.spare = append(c.spare, h)
		return
	}
	h.Close()
	h.forget()
}

// batch sends several requests in parallel and waits for all: client.batch(["/a", ["POST", "/b", {json: 1}], {method, url}]).
func (c *client) batch(fc goja.FunctionCall) goja.Value {
	rt := c.vm.RT
	list, ok := fc.Argument(0).(*goja.Object)
	if !ok || list.ClassName() != "Array" {
		js.ThrowType(rt, "client.batch needs an array of requests")
	}
	var promises []*goja.Promise
	for _, i := range list.Keys() {
		method, url, options := batchEntry(rt, list.Get(i))
		promises = append(promises, c.start(method, url, nil, options, goja.Undefined()).Export().(*goja.Promise))
	}
	result := rt.NewArray()
	for i, p := range promises {
		v, err := c.vm.Await(rt.ToValue(p))
		rethrow(rt, err)
		_ = result.Set(strconv.Itoa(i), v)
	}
	return result
}

func batchEntry(rt *goja.Runtime, v goja.Value) (method string, url, options goja.Value) {
	o, ok := v.(*goja.Object)
	if !ok {
		return "GET", v, goja.Undefined()
	}
	if o.ClassName() == "Array" {
		if !js.Given(o.Get("0")) {
			js.ThrowType(rt, "client.batch: a request is a URL, [method, url, options] or {method, url, ...options}")
		}
		if js.Given(o.Get("1")) {
			return upper(o.Get("0").String()), o.Get("1"), o.Get("2")
		}
		return "GET", o.Get("0"), goja.Undefined()
	}
	url = o.Get("url")
	if !js.Given(url) {
		js.ThrowType(rt, "client.batch: a request is a URL, [method, url, options] or {method, url, ...options}")
	}
	opts := rt.NewObject()
	for _, key := range o.Keys() {
		if key != "method" && key != "url" {
			_ = opts.Set(key, o.Get(key))
		}
	}
	return upper(js.Text(o, "method", "GET")), url, opts
}
