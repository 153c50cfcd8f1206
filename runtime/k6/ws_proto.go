package k6

import (
	"slices"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// socketClass is the class WebSocket. What all sockets have in common is in its prototype: a socket itself is small.
func (s *State) socketClass() goja.Value {
	rt := s.rt()
	class := js.Constructor(rt, "WebSocket", 1, s.newSocket)
	p := js.Prototype(class)
	for state, name := range stateNames {
		for _, o := range []*goja.Object{class, p} {
			o.DefineDataProperty(name, rt.ToValue(state), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_TRUE)
		}
	}
	s.socketMethods(p)
	get := func(name string, of func(w *socket) any) {
		js.Accessor(rt, p, name, func(c goja.FunctionCall) goja.Value { return rt.ToValue(of(s.socketOf(c))) }, nil)
	}
	get("url", func(w *socket) any { return w.url })
	get("readyState", func(w *socket) any { return w.state })
	get("bufferedAmount", func(w *socket) any {
		if w.conn == nil {
			return 0
		}
		return w.conn.Buffered()
	})
	get("protocol", func(w *socket) any {
		if w.conn == nil {
			return ""
		}
		return w.conn.Protocol
	})
	js.Accessor(rt, p, "extensions", func(c goja.FunctionCall) goja.Value { // an array, as k6 has it
		if w := s.socketOf(c); w.conn != nil && w.conn.Extensions != "" {
			return rt.NewArray(w.conn.Extensions)
		}
		return rt.NewArray()
	}, nil)
	js.Accessor(rt, p, "binaryType", func(c goja.FunctionCall) goja.Value {
		if s.socketOf(c).blobs {
			return rt.ToValue("blob")
		}
		return rt.ToValue("arraybuffer")
	}, func(c goja.FunctionCall) goja.Value {
		w := s.socketOf(c)
		switch v := c.Argument(0).String(); v {
		case "blob", "arraybuffer":
			w.blobs = v == "blob"
		default:
			js.ThrowType(rt, "unknown binaryType %s, the supported ones are \"blob\" and \"arraybuffer\"", v)
		}
		return goja.Undefined()
	})
	for _, event := range socketEvents {
		s.socketHandler(p, event)
	}
	return class
}

// socketOf is the socket that a method was called on.
func (s *State) socketOf(c goja.FunctionCall) *socket {
	w := js.Reveal[*socket](c.This, socketKey)
	if w == nil {
		js.ThrowType(s.rt(), "this is no WebSocket")
	}
	return w
}

func (s *State) socketMethods(p *goja.Object) {
	rt := s.rt()
	method := func(name string, length int, do func(w *socket, c goja.FunctionCall)) {
		js.Method(rt, p, name, length, func(c goja.FunctionCall) goja.Value {
			do(s.socketOf(c), c)
			return goja.Undefined()
		})
	}
	method("send", 1, func(w *socket, c goja.FunctionCall) { w.send(c.Argument(0)) })
	method("close", 2, func(w *socket, c goja.FunctionCall) { w.close(c) })
	method("ping", 0, func(w *socket, _ goja.FunctionCall) {
		if w.state != open {
			js.ThrowDOM(rt, "InvalidStateError", 11, "ping: the WebSocket is %s, it must be OPEN", stateNames[w.state])
		}
		_ = w.pings.send(w.conn, true) // it is open
	})
	method("addEventListener", 2, func(w *socket, c goja.FunctionCall) {
		event, fn := c.Argument(0).String(), c.Argument(1)
		if _, ok := goja.AssertFunction(fn); !ok {
			js.ThrowType(rt, "addEventListener(event, fn): fn must be a function")
		}
		if !slices.Contains(socketEvents, event) {
			s.warn("a WebSocket has no event " + event + ": it has " + strings.Join(socketEvents, ", "))
			return
		}
		if w.listeners == nil {
			w.listeners = map[string][]goja.Value{}
		}
		if !slices.ContainsFunc(w.listeners[event], fn.SameAs) {
			w.listeners[event] = append(w.listeners[event], fn)
		}
	})
	method("removeEventListener", 2, func(w *socket, c goja.FunctionCall) {
		event := c.Argument(0).String()
		w.listeners[event] = slices.DeleteFunc(slices.Clone(w.listeners[event]), c.Argument(1).SameAs)
	})
}

// socketHandler is the property on... of an event.
func (s *State) socketHandler(p *goja.Object, event string) {
	js.Accessor(s.rt(), p, "on"+event, func(c goja.FunctionCall) goja.Value {
		if h := s.socketOf(c).handlers[event]; h != nil {
			return h
		}
		return goja.Null()
	}, func(c goja.FunctionCall) goja.Value {
		w, fn := s.socketOf(c), c.Argument(0)
		if !js.Given(fn) {
			delete(w.handlers, event)
			return goja.Undefined()
		}
		if _, ok := goja.AssertFunction(fn); !ok {
			js.ThrowType(s.rt(), "a value for 'on%s' should be callable", event)
		}
		if w.handlers == nil {
			w.handlers = map[string]goja.Value{}
		}
		w.handlers[event] = fn
		return goja.Undefined()
	})
}
