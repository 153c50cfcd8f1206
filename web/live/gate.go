package live

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// gate holds the number of connections to max. A new one takes the place of the one that has been silent for longest:
// that has sent no whole request yet, or waits for the next. Only if all are being served it is turned away. So whoever
// opens many connections and asks nothing keeps nobody out.
type gate struct {
	net.Listener
	max int

	mu   sync.Mutex
	open *list.List // of *conn, those first that have been silent for longest
}

func newGate(l net.Listener, most int) *gate { return &gate{Listener: l, max: most, open: list.New()} }

// Accept is the next connection that there is room for.
func (g *gate) Accept() (net.Conn, error) {
	for {
		accepted, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := g.admit(accepted); c != nil {
			return c, nil
		}
		_ = accepted.Close() // there is nobody to tell
	}
}

// admit is nil if all connections are being served.
func (g *gate) admit(accepted net.Conn) net.Conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open.Len() >= g.max && !g.evict() {
		return nil
	}
	c := &conn{Conn: accepted, gate: g}
	c.place = g.open.PushBack(c)
	return c
}

func (g *gate) evict() bool {
	for e := g.open.Front(); e != nil; e = e.Next() {
		if c := e.Value.(*conn); c.serving.Load() == 0 {
			g.open.Remove(e)
			c.place = nil
			_ = c.Conn.Close()
			return true
		}
	}
	return false
}

// conn is a connection that the gate counts.
type conn struct {
	net.Conn
	gate    *gate
	place   *list.Element // nil when it is counted no more; guarded by gate.mu
	serving atomic.Int32  // requests that are being answered
}

// Close makes room for another.
func (c *conn) Close() error {
	c.gate.mu.Lock()
	if c.place != nil {
		c.gate.open.Remove(c.place)
		c.place = nil
	}
	c.gate.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite is for net/http, which says no more and lets the client read what it was told before it closes: a client
// that still sends would otherwise find the connection broken.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// serve counts a request; the func that it returns ends that.
func (c *conn) serve() (done func()) {
	c.serving.Add(1)
	return func() {
		c.serving.Add(-1)
		c.gate.mu.Lock()
		if c.place != nil {
			c.gate.open.MoveToBack(c.place)
		}
		c.gate.mu.Unlock()
	}
}

type connKey struct{}

// withConn lets handlers know the connection, also below TLS.
func withConn(ctx context.Context, nc net.Conn) context.Context {
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = t.NetConn()
	}
	if c, ok := nc.(*conn); ok {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// served keeps the gate from closing the connection while next answers.
func served(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(connKey{}).(*conn); ok {
			defer c.serve()()
		}
		next.ServeHTTP(w, r)
	})
}
