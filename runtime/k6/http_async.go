package k6

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
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
	client, finish := s.web().sibling(), s.vm.Async()
	turn, hard := s.run.Turn, s.vm.Hard()
	go func() {
		if turn != nil {
			select {
			case <-time.After(turn(time.Now())):
			case <-hard: // client is closed
			}
		}
		hops, err := s.collect(client.Client, x)
		finish(func() {
			s.web().giveBack(client)
			s.recordAll(hops)
			if s.vm.Killed() || s.vm.Left() {
				s.abandon(x, err)
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

// abandon counts a request that was over when the iteration had ended, without asking the script.
func (s *State) abandon(x *exchange, err error) {
	if !errors.Is(err, bridge.ErrClosed) {
		x.judge(err)
		s.record(x)
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

// batch is http.batch(requests): several requests in parallel. The result has the shape of the argument.
func (s *State) batch(fc goja.FunctionCall) goja.Value {
	rt := s.rt()
	s.inIteration("batch")
	list, ok := fc.Argument(0).(*goja.Object)
	if !ok {
		js.ThrowType(rt, "http.batch needs an array or an object of requests, not %v", fc.Argument(0))
	}
	keys := list.Keys()
	jobs := make([]*job, len(keys))
	for i, key := range keys {
		jobs[i] = &job{}
		jobs[i].x, jobs[i].err = s.batchItem(list.Get(key))
		jobs[i].refused = jobs[i].err != nil
		if jobs[i].refused && s.run.Throws() {
			return s.refused(jobs[i].x, jobs[i].err) // throws
		}
	}
	s.vm.Block()
	s.sendAll(jobs)
	s.vm.Unblock()
	var result *goja.Object
	if list.ClassName() == "Array" {
		result = rt.NewArray()
	} else {
		result = rt.NewObject()
	}
	for i, key := range keys {
		_ = result.Set(key, jobs[i].response(s))
	}
	return result
}

// job is one request of a batch.
type job struct {
	x       *exchange
	hops    []*exchange
	err     error
	client  sibling
	refused bool // it could not be sent
}

func (j *job) response(s *State) goja.Value {
	if j.refused {
		return s.refused(j.x, j.err)
	}
	s.recordAll(j.hops)
	return s.finish(j.x, j.err)
}

// sendAll sends the requests of a batch, no more at a time than the options allow, in all and to one host.
func (s *State) sendAll(jobs []*job) {
	most, each := 20, 6
	if o := s.run.Options; o != nil {
		most, each = o.Batch, o.BatchPerHost
	}
	all := make(chan struct{}, most)
	hosts := map[string]chan struct{}{}
	var sending sync.WaitGroup
	for _, j := range jobs {
		if j.refused {
			continue
		}
		s.begin(j.x)
		host := hosts[j.x.c.Origin.Host]
		if host == nil {
			host = make(chan struct{}, each)
			hosts[j.x.c.Origin.Host] = host
		}
		if !s.await(s.run.Turn) {
			j.err = bridge.ErrClosed
			continue
		}
		client := s.web().sibling()
		sending.Go(func() {
			host <- struct{}{}
			all <- struct{}{}
			j.hops, j.err = s.collect(client.Client, j.x)
			<-all
			<-host
		})
		j.client = client
	}
	sending.Wait()
	for _, j := range jobs {
		if j.client.Client != nil {
			s.web().giveBack(j.client)
		}
	}
}

// batchItem reads a request of a batch: a URL, [method, url, body, params], or {method, url, body, params}.
func (s *State) batchItem(v goja.Value) (*exchange, error) {
	rt := s.rt()
	o, ok := v.(*goja.Object)
	none := goja.Undefined()
	switch {
	case !ok:
		return s.newCall("GET", v, none, none)
	case o.ClassName() == "Array":
		at := func(i string) goja.Value {
			if v := o.Get(i); v != nil {
				return v
			}
			return none
		}
		return s.newCall(js.ToText(rt, at("0")), at("1"), at("2"), at("3"))
	case js.Given(o.Get("clean_url")): // of http.url
		return s.newCall("GET", v, none, none)
	}
	get := func(name string) goja.Value {
		if v := o.Get(name); v != nil {
			return v
		}
		return none
	}
	return s.newCall(strings.ToUpper(js.Text(o, "method", "GET")), get("url"), get("body"), get("params"))
}
