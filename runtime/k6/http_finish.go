package k6

import (
	"errors"
	"net/http"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/module"
)

// finish counts the last answer of a chain and gives the response.
func (s *State) finish(x *exchange, err error) goja.Value {
	if s.count(x, err) {
		return s.answer(x)
	}
	return goja.Undefined() // a hard stop: nothing of the script goes on
}

// count records the last answer of a chain; false means that it was ended by a hard stop: the target did not do this.
func (s *State) count(x *exchange, err error) bool {
	if errors.Is(err, bridge.ErrClosed) {
		if r, ok := s.vm.Env.Extra.(*module.Run); ok && (x.resp.BytesOut > 0 || x.resp.Phases != (bridge.Phases{})) {
			r.Interrupted.Add(1) // the target can have seen something of it
		}
		return false
	}
	x.judge(err)
	s.record(x)
	return true
}

// answer is the response to a call that is over; an error may have to be thrown.
func (s *State) answer(x *exchange) goja.Value {
	if x.err != nil {
		throws, what := x.c.throw, x.method+" "+x.name+": "
		if why, ok := errors.AsType[*refusal](x.err); ok && !why.counts { // k6 had not read params when it found it
			throws, what = s.run.Throws(), ""
		}
		s.warn("Request Failed: " + what + x.text)
		if throws {
			js.Throw(s.rt(), "%s", x.text)
		}
	} else if x.resp.Status == http.StatusSwitchingProtocols {
		js.Throw(s.rt(), "unsupported response status: 101 Switching Protocols")
	}
	return s.response(x)
}

// refused is the response to a call that is not sent.
func (s *State) refused(x *exchange, err error) goja.Value {
	s.refuse(x, err)
	return s.answer(x)
}

// refuse notes why a call is not sent, and counts it if k6 does.
func (s *State) refuse(x *exchange, err error) {
	s.begin(x)
	x.resp.Done = time.Now()
	x.resp.Sent = x.resp.Done
	x.judge(err)
	if why, ok := errors.AsType[*refusal](err); ok && why.counts {
		s.record(x)
	}
}
