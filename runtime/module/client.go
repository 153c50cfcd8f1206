package module

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// client is this.client of an HttpUser: a dynamic object, so that its dozen methods are made only when they are used.
type client struct {
	vm      *vu.VM
	http    *bridge.Client
	cfg     *bridge.Config
	origin  *bridge.Origin // where relative URLs lead; nil without a host
	object  *goja.Object
	made    map[string]goja.Value
	headers *goja.Object // client.headers; nil until the script reads it
	auth    string       // Authorization of client.auth, "" if unset
	authSet goja.Value
	named   string // by client.named, "" outside of it
	group   groups // static http.groupUrls
	spare   []spare
	revived bool        // spare was made after the hard stop
	open    []*exchange // catchResponse without a callback: reported at the end of the task

	req bridge.Request // of the blocking calls; reused
}

// clientOf makes the client of a user on its first use.
func clientOf(vm *vu.VM) *goja.Object {
	l := localOf(vm)
	if l.client == nil {
		switch {
		case vm.Class == nil:
			js.ThrowType(vm.RT, "client: there is no user here; requests belong into tasks, onStart and onStop")
		case vm.Class.HTTP == nil:
			js.ThrowType(vm.RT, "client: class %s is no HttpUser", vm.Class.Name)
		}
		c := &client{vm: vm, cfg: vm.Class.HTTP, origin: vm.Class.Origin, group: groupsOf(vm)}
		c.use(bridge.NewClient(c.cfg))
		vm.OnEnd(c.close)
		c.object = vm.RT.NewDynamicObject(c)
		l.client = c
		if vm.Self != nil { // found at once the next time, without a walk along the prototypes
			_ = vm.Self.DefineDataProperty("client", c.object, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		}
	}
	return l.client.object
}

// use makes h the client of the blocking calls. A hard stop closes it for good: a mere abort could come just before a
// request that then runs on.
func (c *client) use(h *bridge.Client) {
	c.http = h
	c.vm.OnKill(h.Close)
}

func (c *client) close() {
	c.http.Close()
	for _, h := range c.spare {
		h.Close()
	}
}

// verbs are the methods that send a request; true: the second argument may be the body.
var verbs = map[string]bool{"get": false, "head": false, "options": false, "delete": false, "post": true, "put": true, "patch": true}

// Get implements goja.DynamicObject.
func (c *client) Get(key string) goja.Value {
	if v, ok := c.made[key]; ok {
		return v
	}
	switch key {
	case "headers":
		return c.ownHeaders()
	case "auth":
		if c.authSet == nil {
			return goja.Undefined() // there is such a member
		}
		return c.authSet
	case "baseUrl", "base_url":
		return c.vm.RT.ToValue(hostOf(c.vm))
	}
	v := c.member(key)
	if v != nil {
		c.Set(key, v)
	}
	return v
}

func (c *client) member(key string) goja.Value {
	rt := c.vm.RT
	if body, ok := verbs[key]; ok {
		method := upper(key)
		return js.Function(rt, key, 2, func(fc goja.FunctionCall) goja.Value { return c.verb(method, body, fc) })
	}
	switch key {
	case "request":
		return js.Function(rt, key, 3, func(fc goja.FunctionCall) goja.Value {
			return c.request(fc.Arguments, c.send)
		})
	case "named", "rename_request", "renameRequest":
		return js.Function(rt, key, 2, c.rename)
	case "rest":
		return js.Function(rt, key, 4, c.rest)
	case "rest_":
		return js.Function(rt, key, 4, c.restUnique)
	case "batch":
		return js.Function(rt, key, 1, c.batch)
	case "async":
		return rt.NewDynamicObject(&asyncClient{c: c})
	case "cookies":
		return c.cookies()
	}
	return nil
}

// Set implements goja.DynamicObject.
func (c *client) Set(key string, v goja.Value) bool {
	switch key {
	case "auth":
		c.auth, c.authSet = authOf(c.vm.RT, v), v
		return true
	case "headers":
		c.headers = v.ToObject(c.vm.RT)
		return true
	case "baseUrl", "base_url":
		js.ThrowType(c.vm.RT, "client.baseUrl cannot be set: use static host or --host, or absolute URLs")
	}
	if c.made == nil {
		c.made = make(map[string]goja.Value)
	}
	c.made[key] = v
	return true
}

// Has implements goja.DynamicObject.
func (c *client) Has(key string) bool { return c.Get(key) != nil }

// Delete implements goja.DynamicObject.
func (c *client) Delete(key string) bool { delete(c.made, key); return true }

// Keys implements goja.DynamicObject.
func (c *client) Keys() []string {
	return []string{"get", "head", "options", "delete", "post", "put", "patch", "request", "named", "rest", "batch", "async", "cookies", "headers", "auth", "baseUrl"}
}

func (c *client) ownHeaders() goja.Value {
	if c.headers == nil {
		c.headers = c.vm.RT.NewObject()
	}
	return c.headers
}

// verb is get(url, options, fn) and post(url, body or options, options, fn).
func (c *client) verb(method string, body bool, fc goja.FunctionCall) goja.Value {
	if !body || !isBody(fc.Argument(1)) {
		if _, ok := goja.AssertFunction(fc.Argument(1)); ok { // get(url, fn)
			return c.send(method, fc.Argument(0), nil, goja.Undefined(), fc.Argument(1))
		}
		return c.send(method, fc.Argument(0), nil, fc.Argument(1), fc.Argument(2))
	}
	options, fn := fc.Argument(2), fc.Argument(3)
	if _, ok := goja.AssertFunction(options); ok {
		options, fn = goja.Undefined(), options
	}
	return c.send(method, fc.Argument(0), fc.Argument(1), options, fn)
}

// request is request(method, url, options, fn), sent by send or start.
func (c *client) request(args []goja.Value, send func(method string, url, body, options, fn goja.Value) goja.Value) goja.Value {
	fc := goja.FunctionCall{Arguments: args}
	options, fn := fc.Argument(2), fc.Argument(3)
	if _, ok := goja.AssertFunction(options); ok {
		options, fn = goja.Undefined(), options
	}
	return send(upper(js.ToText(c.vm.RT, fc.Argument(0))), fc.Argument(1), nil, options, fn)
}

// send is a blocking request: build, do, judge, record. The result is the response object.
func (c *client) send(method string, url, body, options, fn goja.Value) goja.Value {
	x := &exchange{c: c, method: method}
	c.build(&c.req, x, url, body, options)
	if !c.turn() {
		x.reported = true // never sent, never to be counted
		return goja.Undefined()
	}
	x.turn = c.vm.Turn()
	c.vm.Block()
	err := c.http.Do(&c.req, &x.resp)
	if errors.Is(err, bridge.ErrClosed) && !c.vm.Killed() { // the hard stop is over: this is onStop
		c.use(c.http.Sibling())
		err = c.http.Do(&c.req, &x.resp)
	}
	c.vm.Unblock()
	return c.finish(x, err, fn)
}

// turn waits for the request's turn under the cap of the run; false means that a hard stop came first.
func (c *client) turn() bool {
	turn := runOf(c.vm).Turn
	if turn == nil {
		return true
	}
	return c.vm.Sleep(turn(time.Now()))
}

// finish judges an exchange that is over, records it, and gives the response to the script.
func (c *client) finish(x *exchange, err error, fn goja.Value) goja.Value {
	if errors.Is(err, bridge.ErrClosed) {
		c.interrupted(x)
		x.reported = true // never: the target did not do this
		return goja.Undefined()
	}
	x.err = err
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.Kind == bridge.InvalidRequest { // the script's fault
		x.reported = true
		js.ThrowType(c.vm.RT, "%s %s: %s", x.method, x.name, x.failureOfTransport())
	}
	if verdict, ok := goja.AssertFunction(fn); ok {
		v, err := c.judge(x, verdict)
		rethrow(c.vm.RT, err)
		return v
	}
	if x.catch {
		c.atTaskEnd(x)
		return x.value()
	}
	if control := x.report(); control != nil {
		rethrow(c.vm.RT, control)
	}
	if x.object != nil {
		return x.object
	}
	return x.value()
}

// interrupted counts a request that a hard stop has ended, if the target can have seen anything of it.
func (c *client) interrupted(x *exchange) {
	if x.resp.BytesOut > 0 || x.resp.Phases != (bridge.Phases{}) {
		runOf(c.vm).Interrupted.Add(1)
	}
}

// judge calls the script's verdict function and reports when it has returned, or when its promise has settled. What it
// throws is the failure of the request (Locust would lose the request) and goes on to the task. The result is the
// response.
func (c *client) judge(x *exchange, verdict goja.Callable) (goja.Value, error) {
	v, err := verdict(goja.Undefined(), x.value())
	_, err = c.vm.After(v, err, func(_ goja.Value, err error) error {
		if err != nil && !c.vm.Steers(err) {
			x.thrown(err)
		}
		if control := x.report(); err == nil {
			err = control
		}
		return err
	})
	if !x.reported { // a hard stop may come before the promise has settled: then the status decides
		c.atTaskEnd(x)
	}
	return x.value(), err
}

// atTaskEnd makes sure that an exchange is counted when the task is over, if it was not before.
func (c *client) atTaskEnd(x *exchange) {
	if len(c.open) == 0 {
		c.vm.AtTaskEnd(c.reportOpen)
	}
	c.open = append(c.open, x)
}

// reportOpen reports what was left to the end of the task. Listeners may add to it meanwhile.
func (c *client) reportOpen() {
	for i := 0; i < len(c.open); i++ {
		_ = c.open[i].report() // the task is over: nothing is left to steer
	}
	c.open = nil
}

// rename is client.named(name, fn): requests inside fn are counted under name. An async fn gives a promise, and names
// everything until that has settled.
func (c *client) rename(fc goja.FunctionCall) goja.Value {
	fn, ok := goja.AssertFunction(fc.Argument(1))
	if !ok {
		js.ThrowType(c.vm.RT, "client.named(name, fn): fn must be a function")
	}
	before := c.named
	c.named = fc.Argument(0).String()
	v, err := fn(goja.Undefined())
	v, err = c.vm.After(v, err, func(_ goja.Value, err error) error {
		c.named = before
		return err
	})
	rethrow(c.vm.RT, err)
	return v
}

// cookies is client.cookies.
func (c *client) cookies() goja.Value {
	rt := c.vm.RT
	o := rt.NewObject()
	list := func() []*http.Cookie { return c.http.Cookies(c.origin, "/") }
	js.Method(rt, o, "get", 1, func(fc goja.FunctionCall) goja.Value {
		all := list()
		i := slices.IndexFunc(all, func(k *http.Cookie) bool { return k.Name == fc.Argument(0).String() })
		if i < 0 {
			return goja.Undefined()
		}
		return rt.ToValue(all[i].Value)
	})
	js.Method(rt, o, "set", 2, func(fc goja.FunctionCall) goja.Value {
		c.http.SetCookie(c.origin, &http.Cookie{Name: fc.Argument(0).String(), Value: fc.Argument(1).String(), Path: "/"})
		return goja.Undefined()
	})
	js.Method(rt, o, "clear", 0, func(goja.FunctionCall) goja.Value { c.http.ClearCookies(); return goja.Undefined() })
	js.Method(rt, o, "all", 0, func(goja.FunctionCall) goja.Value {
		all := rt.NewObject()
		for _, k := range list() {
			_ = all.Set(k.Name, k.Value)
		}
		return all
	})
	return o
}
