package k6

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
)

// asyncRequest is http.asyncRequest(method, url, body, params): the promise of a response.
func (s *State) asyncRequest(fc goja.FunctionCall) goja.Value {
	rt := s.rt()
	s.inIteration("asyncRequest")
	promise, resolve, reject := rt.NewPromise()
	settle := func(give func() goja.Value) {
		var v goja.Value
		err := s.vm.Guard(func() { v = give() })
		if ex, ok := err.(*goja.Exception); ok {
			err = reject(ex.Value())
		} else if err == nil {
			err = resolve(v) // runs what awaits it
		}
		s.vm.Stray(err)
	}
	var x *exchange
	var wrong error
	ex := s.vm.Guard(func() {
		x, wrong = s.newCall(js.ToText(rt, fc.Argument(0)), fc.Argument(1), fc.Argument(2), fc.Argument(3))
	})
	if thrown, ok := ex.(*goja.Exception); ok {
		_ = reject(thrown.Value())
		return rt.ToValue(promise)
	}
	if wrong != nil {
		settle(func() goja.Value { return s.refused(x, wrong) })
		return rt.ToValue(promise)
	}
	s.begin(x)
	l, finish := s.web().take(x.c.Origin, true), s.vm.Async()
	turn, hard := s.run.Turn, s.vm.Hard()
	go func() {
		if turn != nil {
			select {
			case <-time.After(turn(time.Now())):
			case <-hard: // the line is closed
			}
		}
		hops, err := s.collect(l.Client, x)
		finish(func() {
			s.web().give(l)
			s.recordAll(hops)
			if s.vm.Killed() || s.vm.Left() {
				s.count(x, err)
				return
			}
			settle(func() goja.Value { return s.finish(x, err) })
		})
	}()
	return rt.ToValue(promise)
}

// collect runs a chain in a goroutine of its own, and gives the answers before the last.
func (s *State) collect(client *bridge.Client, x *exchange) (hops []*exchange, err error) {
	err = s.chain(client, x, func(x *exchange) {
		hop := *x
		hops = append(hops, &hop)
	})
	return hops, err
}

func (s *State) recordAll(hops []*exchange) {
	for _, hop := range hops {
		s.record(hop)
	}
}

// do is Do in a goroutine that nothing else guards: a fault of ours ends the request, not the process.
func do(client *bridge.Client, req *bridge.Request, resp *bridge.Response) (err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("internal error: %v\n%s", x, debug.Stack())
		}
	}()
	return client.Do(req, resp)
}
