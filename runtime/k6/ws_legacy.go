package k6

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/vu"
	"katydid/runtime/websocket"
)

// legacySockets is the module k6/ws.
func legacySockets() spec {
	return spec{[]string{"connect"}, func(s *State, name string) goja.Value { return js.Function(s.rt(), name, 3, s.connectSocket) }}
}

// legacy is a connection of k6/ws: a loop of its own, in which nothing else of the script runs.
type legacy struct {
	*session
	conn   *websocket.Conn
	on     map[string][]goja.Callable
	timers []*legacyTimer
	pings  pings
	over   bool  // close has been fired
	err    error // what a handler threw
}

type legacyTimer struct {
	due   time.Time
	every time.Duration // 0: once
	fn    goja.Callable
}

// connectSocket is ws.connect(url, params, fn): it blocks the user until the connection is closed.
func (s *State) connectSocket(c goja.FunctionCall) goja.Value {
	rt := s.rt()
	s.inIteration("ws.connect")
	params, last := c.Argument(1), c.Argument(2)
	if len(c.Arguments) == 2 {
		params, last = goja.Undefined(), c.Argument(1)
	}
	fn, ok := goja.AssertFunction(last)
	if !ok {
		js.ThrowType(rt, "ws.connect(url, params, fn): fn must be a function")
	}
	x, err := s.newSession(js.TextOf(c.Argument(0)), params)
	if err != nil {
		return s.noSocket(nil, err)
	}
	x.turn = s.vm.Turn()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer s.vm.OnKill(cancel)()
	s.vm.Block()
	conn, answer, err := x.dial(ctx, s.traffic())
	s.vm.Unblock()
	if errors.Is(err, context.Canceled) {
		return goja.Undefined() // a hard stop: nothing of the script goes on
	}
	x.record(answer, err)
	defer x.lasted()
	if err != nil {
		return s.noSocket(answer, err)
	}
	defer context.AfterFunc(ctx, conn.Close)()
	l := &legacy{session: x, conn: conn, on: map[string][]goja.Callable{}}
	l.run(fn)
	vu.Rethrow(rt, l.err)
	return s.socketResponse(x.url, answer, "")
}

// noSocket is what connect gives for a connection that did not come about. A server that says no is no error.
func (s *State) noSocket(a *websocket.Answer, err error) goja.Value {
	if errors.Is(err, websocket.ErrHandshake) && a.Status != http.StatusSwitchingProtocols {
		return s.socketResponse("", a, "")
	}
	if s.run.Throws() {
		js.Throw(s.rt(), "%s", err)
	}
	s.warn("ws.connect failed: " + err.Error())
	return s.socketResponse("", a, err.Error())
}

func (s *State) socketResponse(url string, a *websocket.Answer, text string) goja.Value {
	if a == nil {
		a = &websocket.Answer{}
	}
	headers := s.rt().NewObject()
	for name, values := range a.Header {
		_ = headers.Set(name, strings.Join(values, ", "))
	}
	o := s.rt().NewObject()
	_ = o.Set("url", url)
	_ = o.Set("status", a.Status)
	_ = o.Set("headers", headers)
	_ = o.Set("body", string(a.Body))
	_ = o.Set("error", text)
	return o
}

// incoming is what the reader has for the loop.
type incoming struct {
	m   websocket.Message
	err error
}

// run lets the script set the socket up and then serves it until it is closed. No goroutine is left.
func (l *legacy) run(setUp goja.Callable) {
	news, quit := make(chan incoming), make(chan struct{})
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			m, err := l.conn.Next()
			if err == nil {
				l.heard(m.Kind)
			}
			select {
			case news <- incoming{m, err}:
			case <-quit:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	l.call(setUp, l.object())
	l.fire("open")
	for !l.over && l.await(news) {
	}
	l.s.vm.Block()
	if l.over {
		l.conn.Leave()
	} else {
		l.conn.Close()
	}
	close(quit)
	<-read
	l.s.vm.Unblock()
}

// await waits for the next thing that happens and does what the script wants done then; false means a hard stop.
func (l *legacy) await(news <-chan incoming) bool {
	var due <-chan time.Time
	if len(l.timers) > 0 {
		next := slices.MinFunc(l.timers, func(a, b *legacyTimer) int { return a.due.Compare(b.due) })
		timer := time.NewTimer(time.Until(next.due))
		defer timer.Stop()
		due = timer.C
	}
	l.s.vm.Block()
	select {
	case n := <-news:
		l.s.vm.Unblock()
		l.hear(n)
	case <-due:
		l.s.vm.Unblock()
		l.tick(time.Now())
	case <-l.s.vm.Hard():
		l.s.vm.Unblock()
		return false
	}
	return true
}

// tick runs the timers that are due.
func (l *legacy) tick(now time.Time) {
	for _, t := range slices.Clone(l.timers) {
		if t.due.After(now) || l.over {
			continue
		}
		if t.every > 0 {
			t.due = now.Add(t.every)
		} else {
			l.timers = slices.DeleteFunc(l.timers, func(other *legacyTimer) bool { return other == t })
		}
		l.call(t.fn)
	}
}

// hear tells the script what has come.
func (l *legacy) hear(n incoming) {
	rt := l.s.rt()
	var closed *websocket.Closed
	switch {
	case errors.As(n.err, &closed):
		if !usualClose(closed.Code) {
			l.fireError(n.err)
		}
		l.end(closed.Code)
	case n.err != nil: // a hard stop has closed the connection
		l.over = true
	case n.m.Kind == websocket.Text:
		l.fire("message", rt.ToValue(string(n.m.Data)))
	case n.m.Kind == websocket.Binary:
		l.fire("binaryMessage", rt.ToValue(rt.NewArrayBuffer(n.m.Data)))
	case n.m.Kind == websocket.Ping:
		l.fire("ping")
	default:
		l.pings.answered(l.session, n.m)
		l.fire("pong")
	}
}

// end fires close, once; the loop ends with it.
func (l *legacy) end(code int) {
	if !l.over {
		l.over = true
		l.fire("close", l.s.rt().ToValue(code))
	}
}

// fire calls the handlers of an event.
func (l *legacy) fire(event string, args ...goja.Value) {
	for _, fn := range l.on[event] {
		l.call(fn, args...)
	}
}

// call calls a function of the script. The first that throws ends the connection.
func (l *legacy) call(fn goja.Callable, args ...goja.Value) {
	if l.err != nil || l.s.vm.Killed() {
		return
	}
	if _, l.err = fn(goja.Undefined(), args...); l.err != nil {
		err := l.err
		l.err = nil // for the handlers of close
		l.close(1001)
		l.err = err
	}
}

// close says goodbye; it does not wait for the server's answer.
func (l *legacy) close(code int) {
	if err := l.conn.Shut(code, "", false); err != nil && !l.over {
		l.fireError(err)
	}
	l.end(code)
}

// fireError gives handlers an object with the method error, and of a close its code and text.
func (l *legacy) fireError(err error) {
	rt := l.s.rt()
	o := rt.NewObject()
	if closed := (*websocket.Closed)(nil); errors.As(err, &closed) {
		_ = o.Set("code", closed.Code)
		_ = o.Set("text", closed.Reason)
	}
	js.Method(rt, o, "error", 0, func(goja.FunctionCall) goja.Value { return rt.ToValue(err.Error()) })
	l.fire("error", o)
}

// object is the socket for the script.
func (l *legacy) object() goja.Value {
	rt := l.s.rt()
	o := rt.NewObject()
	method := func(name string, length int, do func(c goja.FunctionCall) error) {
		_ = o.Set(name, js.Function(rt, name, length, func(c goja.FunctionCall) goja.Value {
			if err := do(c); err != nil {
				l.fireError(err)
			}
			return goja.Undefined()
		}))
	}
	method("on", 2, func(c goja.FunctionCall) error {
		fn, ok := goja.AssertFunction(c.Argument(1))
		if !ok {
			js.ThrowType(rt, "socket.on(event, fn): fn must be a function")
		}
		event := c.Argument(0).String()
		l.on[event] = append(l.on[event], fn)
		return nil
	})
	method("send", 1, func(c goja.FunctionCall) error { return l.conn.Send(websocket.Text, []byte(js.TextOf(c.Argument(0)))) })
	method("sendBinary", 1, func(c goja.FunctionCall) error {
		b, ok := js.BytesOf(c.Argument(0))
		if !ok {
			js.ThrowType(rt, "socket.sendBinary needs an ArrayBuffer, not %v", c.Argument(0))
		}
		return l.conn.Send(websocket.Binary, b)
	})
	method("ping", 0, func(goja.FunctionCall) error { return l.pings.send(l.conn, false) })
	method("close", 1, func(c goja.FunctionCall) error {
		code := 1001
		if n, ok := js.Whole(c.Argument(0)); ok {
			code = int(n)
		}
		l.close(code)
		return nil
	})
	method("setTimeout", 2, func(c goja.FunctionCall) error { l.addTimer("setTimeout", c, false); return nil })
	method("setInterval", 2, func(c goja.FunctionCall) error { l.addTimer("setInterval", c, true); return nil })
	return o
}

func (l *legacy) addTimer(name string, c goja.FunctionCall, repeat bool) {
	rt := l.s.rt()
	fn, ok := goja.AssertFunction(c.Argument(0))
	if !ok {
		js.ThrowType(rt, "socket.%s(fn, ms): fn must be a function", name)
	}
	ms := c.Argument(1).ToFloat()
	if !(ms > 0) || ms > 1e12 {
		js.Throw(rt, "%s requires a >0 timeout parameter, received %.2f", name, ms)
	}
	t := &legacyTimer{fn: fn}
	d := max(time.Duration(ms*float64(time.Millisecond)), time.Millisecond)
	if t.due = time.Now().Add(d); repeat {
		t.every = d
	}
	l.timers = append(l.timers, t)
}
