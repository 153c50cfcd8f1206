package k6

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/websocket"
)

// webSockets is the module k6/websockets.
func webSockets() spec {
	return spec{[]string{"WebSocket", "Blob"}, func(s *State, name string) goja.Value {
		if name == "Blob" {
			return s.blobClass()
		}
		return s.socketClass()
	}}
}

// The states of a WebSocket, as https://websockets.spec.whatwg.org has them.
const (
	connecting = iota
	open
	closing
	closed
)

var stateNames = []string{connecting: "CONNECTING", open: "OPEN", closing: "CLOSING", closed: "CLOSED"}

// socketEvents are the events of a WebSocket; ping and pong are k6's.
var socketEvents = []string{"open", "message", "ping", "pong", "error", "close"}

// socket is a WebSocket of the script. It belongs to the VM's goroutine, but for the reader, see serve.
type socket struct {
	*session
	this      *goja.Object
	conn      *websocket.Conn // nil until it is open
	state     int
	blobs     bool // binary messages are to come as Blobs
	code      int  // of a close before it was open
	reason    string
	handlers  map[string]goja.Value   // on...
	listeners map[string][]goja.Value // of addEventListener
	pings     pings
}

var socketKey = goja.NewSymbol("socket")

// newSocket is new WebSocket(url, protocols, params).
func (s *State) newSocket(c goja.ConstructorCall) {
	rt := s.rt()
	s.inIteration("WebSocket")
	if !js.Given(c.Argument(0)) {
		js.ThrowType(rt, "new WebSocket(url): the URL is missing")
	}
	text := js.ToText(rt, c.Argument(0))
	if strings.Contains(text, "#") {
		js.ThrowDOM(rt, "SyntaxError", 12, "new WebSocket(%q): the URL must have no fragment", masked(text))
	}
	x, err := s.newSession(text, c.Argument(2))
	if err != nil {
		js.ThrowDOM(rt, "SyntaxError", 12, "new WebSocket(%q): %s", masked(text), err)
	}
	x.named = true
	x.req.Protocols = s.protocols(c.Argument(1))
	x.turn = s.vm.Turn()
	ctx, cancel := context.WithCancel(context.Background())
	w := &socket{session: x, this: c.This, blobs: true}
	js.Hide(rt, c.This, socketKey, w)
	forget := s.vm.OnKill(cancel)
	post, finish := s.vm.Stream(cancel)
	traffic := s.traffic()
	go func() {
		err := w.serve(ctx, traffic, post)
		finish(func() {
			cancel()
			forget()
			w.ended(err)
		})
	}()
}

// protocols reads the second argument of new WebSocket: a name or an array of names.
func (s *State) protocols(v goja.Value) (list []string) {
	if !js.Given(v) {
		return nil
	}
	if o, ok := v.(*goja.Object); ok && o.ClassName() == "Array" {
		for _, i := range o.Keys() {
			list = append(list, js.ToText(s.rt(), o.Get(i)))
		}
		return list
	}
	if name := js.ToText(s.rt(), v); name != "" {
		list = append(list, name)
	}
	return list
}

// ahead is how many messages of a connection the VM may be behind; the server feels it beyond that.
const ahead = 16

// serve connects and reads until the connection has ended. It runs in a goroutine of its own.
func (w *socket) serve(ctx context.Context, traffic *bridge.Traffic, post func(func())) (err error) {
	defer func() { // a fault of ours ends the connection, not the process
		if fault := recover(); fault != nil {
			err = fmt.Errorf("internal error: %v\n%s", fault, debug.Stack())
		}
	}()
	conn, answer, failed := w.dial(ctx, traffic)
	if errors.Is(failed, context.Canceled) {
		return failed
	}
	post(func() { w.record(answer, failed) })
	if failed != nil {
		return failed
	}
	defer context.AfterFunc(ctx, conn.Close)()
	post(func() { w.opened(conn) })
	room := make(chan struct{}, ahead)
	for {
		m, err := conn.Next()
		if err != nil {
			if ctx.Err() == nil {
				w.lasted()
			}
			return err
		}
		w.heard(m.Kind)
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			conn.Close()
			return ctx.Err()
		}
		post(func() {
			<-room
			w.received(m)
		})
	}
}

// deaf says that the script hears no more.
func (w *socket) deaf() bool { return w.s.vm.Killed() || w.s.vm.Left() }

func (w *socket) opened(conn *websocket.Conn) {
	w.conn = conn
	if w.state == closing {
		_ = conn.Shut(w.code, w.reason, true)
		return
	}
	w.state = open
	w.fire("open", nil)
}

// received tells the script of a message.
func (w *socket) received(m websocket.Message) {
	rt := w.s.rt()
	switch m.Kind {
	case websocket.Ping:
		w.fire("ping", nil)
	case websocket.Pong:
		w.pings.answered(w.session, m)
		w.fire("pong", nil)
	default:
		w.fire("message", func(e *goja.Object) {
			switch {
			case m.Kind == websocket.Text:
				_ = e.Set("data", string(m.Data))
			case w.blobs:
				_ = e.Set("data", w.s.newBlob(m.Data, ""))
			default:
				_ = e.Set("data", rt.NewArrayBuffer(m.Data))
			}
			_ = e.Set("origin", w.url)
		})
	}
}

// ended is the end of the connection, or of the attempt at one.
func (w *socket) ended(err error) {
	w.state = closed
	end := &websocket.Closed{Code: 1006}
	if !errors.As(err, &end) || !usualClose(end.Code) {
		w.fire("error", func(e *goja.Object) {
			_ = e.Set("error", err.Error())
			_ = e.Set("message", err.Error())
		})
	}
	w.fire("close", func(e *goja.Object) {
		_ = e.Set("code", end.Code)
		_ = e.Set("reason", end.Reason)
		_ = e.Set("wasClean", end.Code != 1006)
	})
}

// fire calls the handlers of an event: first that of the property, then the listeners. more fills what is the event's own.
func (w *socket) fire(name string, more func(e *goja.Object)) {
	heard := slices.Clone(w.listeners[name])
	if h := w.handlers[name]; h != nil {
		heard = slices.Insert(heard, 0, h)
	}
	if len(heard) == 0 || w.deaf() {
		return
	}
	e := w.s.rt().NewObject()
	_ = e.Set("type", name)
	_ = e.Set("target", w.this)
	_ = e.Set("timestamp", float64(time.Now().UnixMicro())/1000)
	if more != nil {
		more(e)
	}
	for _, h := range heard {
		if w.deaf() {
			return
		}
		fn, _ := goja.AssertFunction(h)
		_, err := fn(w.this, e)
		w.s.vm.Stray(err)
	}
}

// send is send(data).
func (w *socket) send(v goja.Value) {
	rt := w.s.rt()
	if w.state != open {
		js.ThrowDOM(rt, "InvalidStateError", 11, "send: the WebSocket is %s, it must be OPEN", stateNames[w.state])
	}
	kind, data := websocket.Binary, []byte(nil)
	if b, ok := js.BytesOf(v); ok {
		data = b
	} else if b := js.Reveal[*blob](v, blobKey); b != nil {
		data = b.data
	} else if o, ok := v.(*goja.Object); js.TypeName(v) == "string" || ok && o.ClassName() == "String" {
		kind, data = websocket.Text, []byte(v.String())
	} else {
		js.ThrowType(rt, "send: %v is no string, ArrayBuffer, view or Blob", v)
	}
	_ = w.conn.Send(kind, data) // it is open
}

// close is close(code, reason).
func (w *socket) close(c goja.FunctionCall) {
	rt := w.s.rt()
	code, reason := 1000, js.TextOf(c.Argument(1))
	if n, ok := js.Whole(c.Argument(0)); ok {
		if code = int(n); n != 1000 && (n < 3000 || n > 4999) {
			js.ThrowDOM(rt, "InvalidAccessError", 15, "close: the code must be 1000, or between 3000 and 4999; %d is neither", n)
		}
	}
	if len(reason) > 123 { // what a close frame has room for
		js.ThrowDOM(rt, "SyntaxError", 12, "close: the reason must not be longer than 123 bytes")
	}
	switch w.state {
	case connecting:
		w.code, w.reason = code, reason
	case open:
		_ = w.conn.Shut(code, reason, true) // it is open
	default:
		return
	}
	w.state = closing
}
