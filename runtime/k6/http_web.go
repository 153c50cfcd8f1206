package k6

import (
	"github.com/dop251/goja"

	"katydid/runtime/bridge"
)

// web is what a VM needs for its requests.
type web struct {
	s      *State
	first  *line
	idle   []*line         // first is one of them while it is
	life   <-chan struct{} // the hard stop for which they were made
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
	if w := s.ws; w != nil {
		in += w.In.Swap(0)
		out += w.Out.Swap(0)
	}
	b := &s.run.Metrics.Builtin
	s.add(b.DataSent, float64(out), nil)
	s.add(b.DataReceived, float64(in), nil)
}

// closeIdle closes the connections of the user.
func (s *State) closeIdle() {
	if s.net != nil {
		for _, l := range s.net.idle {
			l.CloseIdle()
		}
	}
}

// forgetCookies empties the user's jar. One that the script has kept goes on to hold what it holds.
func (s *State) forgetCookies() {
	if w := s.net; w != nil && w.first != nil {
		w.first.UseJar(nil) // the others get the new one when they are needed
	}
}
