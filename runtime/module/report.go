package module

import (
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/vu"
	"katydid/stats"
)

// maxReported is the longest time that the histograms can hold, an hour, in milliseconds.
const maxReported = 3_600_000

// report is user.report({type, name, responseTime, responseLength, error, context}): how other protocols are counted.
// responseTime is in milliseconds; null or none counts the request without a time.
func report(vm *vu.VM, v goja.Value) goja.Value {
	rt := vm.RT
	o, ok := v.(*goja.Object)
	if !ok {
		js.ThrowType(rt, "report needs an object {type, name, responseTime, responseLength, error}")
	}
	now := time.Now()
	s := stats.Sample{Sent: now, Done: now, Untimed: true}
	s.Method = js.Text(o, "type", js.Text(o, "requestType", js.Text(o, "request_type", "")))
	s.Name = js.Text(o, "name", "")
	if s.Name == "" {
		js.ThrowType(rt, "report: the name is missing")
	}
	if t := firstGiven(o, "responseTime", "response_time"); js.Given(t) {
		ms := t.ToFloat()
		if !(ms >= 0) || ms > maxReported {
			js.ThrowType(rt, "report: responseTime is %v; it must be a number of milliseconds from 0 to an hour, or null", t)
		}
		s.Untimed, s.Sent = false, now.Add(-time.Duration(ms*float64(time.Millisecond)))
	}
	if n := firstGiven(o, "responseLength", "response_length"); js.Given(n) {
		if s.Bytes = n.ToInteger(); s.Bytes < 0 {
			js.ThrowType(rt, "report: responseLength is %v; it must be a number of bytes from 0 up", n)
		}
	}
	if e := firstGiven(o, "error", "exception"); js.Given(e) {
		s.Failure = failureOf(e)
	}
	if !s.Untimed {
		s.Planned, s.StartLag = vm.Turn().Plan(s.Sent)
	}
	rethrow(rt, record(vm, s, o.Get("context")))
	return goja.Undefined()
}

// measure is user.measure(type, name, fn): the time that fn takes is the response time, until its promise settles if it
// is async; measure gives a promise then. What fn throws is the failure, and is thrown on.
func measure(vm *vu.VM, c goja.FunctionCall) goja.Value {
	fn, ok := goja.AssertFunction(c.Argument(2))
	if !ok {
		js.ThrowType(vm.RT, "measure(type, name, fn): fn must be a function")
	}
	s := stats.Sample{Key: stats.Key{Method: c.Argument(0).String(), Name: c.Argument(1).String()}, Sent: time.Now()}
	s.Planned, s.StartLag = vm.Turn().Plan(s.Sent)
	v, err := fn(goja.Undefined())
	v, err = vm.After(v, err, func(_ goja.Value, err error) error {
		s.Done = time.Now()
		if vm.Killed() {
			runOf(vm).Interrupted.Add(1)
			return err
		}
		if err != nil && !vm.Steers(err) {
			s.Failure = errorText(vm, err)
		}
		if control := record(vm, s, nil); err == nil {
			err = control
		}
		return err
	})
	rethrow(vm.RT, err)
	return v
}

// errorText is the failures row of an error that a function of the script threw: Kind('message').
func errorText(vm *vu.VM, err error) string {
	message, traceback := vm.Stack(err)
	kind, _, ok := strings.Cut(traceback, ":")
	if !ok || strings.ContainsAny(kind, " \n") {
		kind = "Error"
	}
	return stats.FailureText(kind, message)
}

// record counts a sample and tells the listeners of the request event.
func record(vm *vu.VM, s stats.Sample, context goja.Value) error {
	vm.Env.Recorder.Record(s)
	if !vm.Listens("request") {
		return nil
	}
	return fireRequest(vm, s, context, nil)
}

// fireRequest tells the listeners of the request event in the user's own VM. more adds what only some requests have.
func fireRequest(vm *vu.VM, s stats.Sample, context goja.Value, more func(*goja.Object)) error {
	e := vm.RT.NewObject()
	set := func(value any, names ...string) {
		for _, name := range names {
			_ = e.Set(name, value)
		}
	}
	set(s.Method, "type", "requestType", "request_type")
	set(s.Name, "name")
	if s.Untimed {
		set(goja.Null(), "responseTime", "response_time")
	} else {
		set(millisOf(s.Done.Sub(s.Sent)), "responseTime", "response_time")
	}
	set(s.Bytes, "responseLength", "response_length")
	if s.Failure == "" {
		set(goja.Null(), "error", "exception")
	} else {
		set(s.Failure, "error", "exception")
	}
	set(float64(s.Sent.UnixMicro())/1e6, "startTime", "start_time")
	merged, err := contextOf(vm, context)
	if err != nil {
		return err
	}
	set(merged, "context")
	set(vm.Self, "user")
	if more != nil {
		more(e)
	}
	return vm.Fire("request", e)
}

// failureOf is the failures row of an error given by a script: Kind('message') for an Error, else the text itself.
func failureOf(v goja.Value) string {
	if o, ok := v.(*goja.Object); ok && js.Given(o.Get("message")) {
		return stats.FailureText(js.Text(o, "name", "Error"), o.Get("message").String())
	}
	return v.String()
}

func firstGiven(o *goja.Object, keys ...string) goja.Value {
	for _, key := range keys {
		if v := o.Get(key); js.Given(v) {
			return v
		}
	}
	return nil
}

// contextOf is what the user's context() gives, with the request's own context on top.
func contextOf(vm *vu.VM, own goja.Value) (goja.Value, error) {
	o := vm.RT.NewObject()
	add := func(v goja.Value) {
		if from, ok := v.(*goja.Object); ok {
			for _, key := range from.Keys() {
				_ = o.Set(key, from.Get(key))
			}
		}
	}
	if vm.Self != nil {
		if fn, ok := goja.AssertFunction(vm.Self.Get("context")); ok {
			v, err := vm.Call(fn, vm.Self)
			if err != nil {
				return nil, err
			}
			add(v)
		}
	}
	add(own)
	return o, nil
}
