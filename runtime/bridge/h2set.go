package bridge

import (
	"errors"
	"os"
	"slices"
	"sync"
	"time"
)

// h2set is the HTTP/2 connections of a user and his siblings: one for each origin.
type h2set struct {
	mu      sync.Mutex
	clients int                      // the last one closes them
	conns   []*h2conn                // oldest first
	dialing map[string]chan struct{} // by key of origin; closed when the dialling is over
	plain   map[string]bool          // origins that chose HTTP/1.1: their requests need not wait for one another
}

// h2 is the user's set, made now if there was none yet.
func (c *Client) h2() *h2set {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed && !c.busy {
		return &h2set{}
	}
	if c.multi == nil {
		c.multi = &h2set{clients: 1}
	}
	return c.multi
}

func (g *h2set) join() *h2set {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.clients++
	return g
}

// leave needs c.mu, and no Do under way.
func (c *Client) leave() {
	g := c.multi
	if g == nil {
		return
	}
	c.multi = nil
	g.mu.Lock()
	g.clients--
	last := g.clients == 0
	g.mu.Unlock()
	if last {
		g.retire()
	}
}

// retire ends all connections, as soon as they have no request under way.
func (g *h2set) retire() {
	g.mu.Lock()
	conns := g.conns
	g.conns = nil
	g.mu.Unlock()
	for _, x := range conns {
		x.mu.Lock()
		x.retire()
		x.mu.Unlock()
	}
}

// find gives the connection to an origin. If there is none, wait is what the dialling that is under way closes; if that is
// nil too, the caller has to dial, and to call dialed after that.
func (g *h2set) find(key string) (x *h2conn, wait <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns = slices.DeleteFunc(g.conns, (*h2conn).gone)
	for _, x := range g.conns {
		if x.cn.key == key {
			return x, nil
		}
	}
	if g.plain[key] {
		return nil, nil
	}
	if ch := g.dialing[key]; ch != nil {
		return nil, ch
	}
	if g.dialing == nil {
		g.dialing = map[string]chan struct{}{}
	}
	g.dialing[key] = make(chan struct{})
	return nil, nil
}

// dialed takes what came of dialling: x, a connection that speaks HTTP/1.1, or neither.
func (g *h2set) dialed(key string, x *h2conn, plain bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ch := g.dialing[key]; ch != nil {
		close(ch)
		delete(g.dialing, key)
	}
	if plain {
		if g.plain == nil {
			g.plain = map[string]bool{}
		}
		g.plain[key] = true
	}
	if x == nil {
		return
	}
	if len(g.conns) >= maxConns {
		oldest := g.conns[0]
		g.conns = slices.Delete(g.conns, 0, 1)
		oldest.mu.Lock()
		oldest.retire()
		oldest.mu.Unlock()
	}
	g.conns = append(g.conns, x)
}

func (x *h2conn) gone() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.retired || x.err != nil
}

// check looks at a connection that has been idle, as kept does; false says that it has ended.
func (x *h2conn) check(h *hop) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.users) > 0 || x.reader != nil || time.Since(x.cn.lastRead) <= idleCheck && h.idempotent() {
		return !x.retired
	}
	looker := &h2stream{x: x}
	for x.err == nil && !x.retired && (x.cn.stale() || x.codec != nil && x.codec.holds()) {
		x.reader, x.rang = looker, true
		_ = x.cn.SetReadDeadline(time.Now().Add(lookTime))
		err := x.next()
		x.reader = nil
		if errors.Is(err, os.ErrDeadlineExceeded) { // half a frame: the rest will come
			break
		} else if err != nil {
			x.fail(err)
		}
	}
	x.handOver()
	return x.err == nil && !x.retired
}

// lookTime is for reading what is there already.
const lookTime = 5 * time.Millisecond

func (k *h2codec) holds() bool {
	whole, _ := k.frame()
	return whole
}
