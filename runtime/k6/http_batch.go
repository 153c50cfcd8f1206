package k6

import (
	"slices"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
)

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
		x, err := s.batchItem(list.Get(key))
		if err != nil && s.run.Throws() {
			return s.refused(x, err) // throws
		}
		jobs[i] = &job{x: x, err: err, refused: err != nil}
	}
	if !s.sendAll(jobs) {
		return goja.Undefined() // a hard stop: nothing of the script goes on
	}
	var result *goja.Object
	if list.ClassName() == "Array" {
		result = rt.NewArray()
	} else {
		result = rt.NewObject()
	}
	for i, key := range keys {
		_ = result.Set(key, s.answer(jobs[i].x))
	}
	return result
}

// job is one request of a batch.
type job struct {
	x       *exchange
	hops    []*exchange // the answers before the last
	err     error
	refused bool // it is not sent
	line    *line
}

// sendAll sends the requests of a batch, no more at a time than the options allow, in all and to one host, and counts
// them. False means that a hard stop has ended some of them.
func (s *State) sendAll(jobs []*job) bool {
	most, each := 20, 6
	if o := s.run.Options; o != nil {
		most, each = o.Batch, o.BatchPerHost
	}
	b := &batch{s: s, each: each, hosts: map[string]int{}, over: make(chan *job, most)}
	s.vm.Block()
	for _, j := range jobs {
		if !j.refused {
			b.waiting = append(b.waiting, j)
		}
	}
	for len(b.waiting) > 0 || b.sending > 0 {
		for b.sending < most && b.start() {
		}
		if b.sending > 0 {
			b.end(<-b.over)
		}
	}
	s.vm.Unblock()
	whole := true
	for _, j := range jobs {
		if j.refused {
			s.refuse(j.x, j.err)
			continue
		}
		s.recordAll(j.hops)
		whole = s.count(j.x, j.err) && whole
	}
	return whole
}

// batch is the requests of a batch on their way.
type batch struct {
	s       *State
	each    int // to one host at a time
	waiting []*job
	sending int
	hosts   map[string]int // how many of them are sent to each
	over    chan *job
}

// start sends the first request that waits for nothing but its turn; false means that there is none.
func (b *batch) start() bool {
	i := slices.IndexFunc(b.waiting, func(j *job) bool { return b.hosts[j.x.c.Origin.Host] < b.each })
	if i < 0 {
		return false
	}
	j, s := b.waiting[i], b.s
	b.waiting = slices.Delete(b.waiting, i, i+1)
	if !s.await(s.run.Turn) {
		j.err = bridge.ErrClosed
		return true
	}
	s.vm.Block() // which the wait has ended
	s.begin(j.x)
	j.line = s.web().take(j.x.c.Origin, true)
	b.sending++
	b.hosts[j.x.c.Origin.Host]++
	go func() {
		j.hops, j.err = s.collect(j.line.Client, j.x)
		b.over <- j
	}()
	return true
}

// end takes back what a request has used that is over.
func (b *batch) end(j *job) {
	b.s.web().give(j.line)
	b.sending--
	b.hosts[j.x.c.Origin.Host]--
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
