package k6

import (
	"github.com/dop251/goja"

	"katydid/runtime/bridge"
)

// web is what a VM needs for its requests.
type web struct {
	s      *State
	client *bridge.Client
	life   <-chan struct{} // the hard stop for which client and spare were made
	spare  []sibling
	expect *statuses
	known  map[string]*address
	in     int64 // bytes since the last iteration
	out    int64

	methods map[string]goja.Value // of responses
}

// web gives it, made on its first use.
func (s *State) web() *web {
	if s.net == nil {
		s.net = &web{s: s, expect: usual, known: map[string]*address{}}
		s.vm.OnEnd(s.net.close)
	}
	return s.net
}

// connect gives the client for blocking requests. A hard stop closes those that there are, for good.
func (w *web) connect() *bridge.Client {
	if w.client != nil && w.life == w.s.vm.Hard() {
		return w.client
	}
	before := w.client
	w.client, w.life, w.spare = bridge.NewClient(w.s.run.config()), w.s.vm.Hard(), nil
	if before != nil {
		w.client.UseJar(before.Jar())
	}
	w.s.vm.OnKill(w.client.Close)
	return w.client
}

// jar is the user's cookie jar, of this iteration.
func (w *web) jar() *bridge.Jar { return w.connect().Jar() }

// sibling is a client for requests in parallel: connections of its own, the user's cookies.
type sibling struct {
	*bridge.Client
	forget func() // see vu.VM.OnKill
}

// sibling takes one that is idle, or makes one.
func (w *web) sibling() sibling {
	first := w.connect()
	var c sibling
	if n := len(w.spare); n > 0 {
		c = w.spare[n-1]
		w.spare = w.spare[:n-1]
	} else {
		c.Client = first.Sibling()
		c.forget = w.s.vm.OnKill(c.Close)
	}
	c.UseJar(w.jar())
	return c
}

// maxSpare is how many connections a user keeps besides its first: as many as a batch sends at a time.
const maxSpare = 20

// giveBack takes a sibling back.
func (w *web) giveBack(c sibling) {
	if len(w.spare) < maxSpare && w.life == w.s.vm.Hard() {
		w.spare = append(w.spare, c)
		return
	}
	c.Close()
	c.forget()
}

func (w *web) close() {
	if w.client != nil {
		w.client.Close()
	}
	for _, c := range w.spare {
		c.Close()
	}
}

// config is the settings of all users; those of the zero value while the options are not known.
func (r *Run) config() *bridge.Config {
	if r.HTTP == nil {
		r.once.Do(func() { r.fallback = plainConfig() })
		return r.fallback
	}
	return r.HTTP
}

// transferred records the bytes that an iteration has sent and received.
func (s *State) transferred() {
	var in, out int64
	if w := s.net; w != nil {
		in, out, w.in, w.out = w.in, w.out, 0, 0
	}
	b := &s.run.Metrics.Builtin
	s.add(b.DataSent, float64(out), nil)
	s.add(b.DataReceived, float64(in), nil)
}

// closeIdle closes the connections of the user.
func (s *State) closeIdle() {
	if s.net != nil && s.net.client != nil {
		s.net.client.CloseIdle()
		for _, c := range s.net.spare {
			c.CloseIdle()
		}
	}
}

// forgetCookies empties the user's jar. One that the script has kept goes on to hold what it holds.
func (s *State) forgetCookies() {
	if w := s.net; w != nil && w.client != nil {
		w.client.UseJar(nil) // siblings get the new one when they are needed
	}
}
