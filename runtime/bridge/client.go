package bridge

import (
	"context"
	"net"
	"sync"
	"time"
)

// Client is one virtual user. Do and the cookie methods belong to one goroutine at a time; Close may be called
// from any goroutine at any time. A Client that holds no connection costs under 100 bytes.
//
// It keeps one connection for each origin and opens it when it is first needed. Close it at the end.
type Client struct {
	cfg   *Config
	conns []*conn // idle or in use; changed only under mu, or by Do's goroutine while busy
	jar   *Jar    // nil until the first cookie
	multi *h2set  // nil until HTTP/2 is needed

	mu     sync.Mutex
	busy   bool               // a Do is under way
	closed bool               // and that Do has to end
	live   net.Conn           // the socket that Do is using
	stream *h2stream          // or its request on a connection that siblings use too
	cancel context.CancelFunc // ends the dialling that Do is waiting for
}

// maxConns bounds the descriptors of a user who wanders over many origins; the connection unused for longest goes.
const maxConns = 32

// NewClient makes a user. It does nothing yet.
func NewClient(cfg *Config) *Client { return &Client{cfg: cfg} }

// Sibling makes a client for requests that the same user sends in parallel: own connections, but for those that speak
// HTTP/2, and the same cookies. It has to be closed like any other. It is called by the goroutine that calls Do.
func (c *Client) Sibling() *Client {
	twin := &Client{cfg: c.cfg, jar: c.Jar()}
	if c.cfg.HTTPVersion != "" && c.cfg.HTTPVersion != "1.1" {
		twin.multi = c.h2().join()
	}
	return twin
}

// Do sends r and fills w. An error is an *Error; answers of any status are not errors. After an error Status is 0
// and Header and Body are empty; Sent, Done and the phases that came to their end are set in every case.
func (c *Client) Do(r *Request, w *Response) error {
	*w = Response{}
	err := c.begin()
	if err == nil {
		err = c.chain(r, w)
		if c.end() && err != nil {
			err = ErrClosed
		}
	}
	if err != nil {
		if w.Done.IsZero() { // else the answer was complete, but it is of no use
			w.Done = time.Now()
		}
		if w.Sent.IsZero() {
			w.Sent = w.Done
		}
		w.Status, w.Reason, w.Proto, w.Header, w.Body, w.Size, w.WireSize, w.Truncated = 0, "", "", "", nil, 0, 0, false
	}
	return err
}

// Close ends the request in flight at once: its Do returns ErrClosed, and so does every Do from then on. All
// connections are closed. It may be called twice.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.cancel != nil {
		c.cancel()
	}
	if c.live != nil {
		_ = c.live.Close()
	}
	if c.stream != nil {
		c.stream.abort()
	}
	if !c.busy { // else end does it
		c.closeAll()
		c.leave()
	}
}

// CloseIdle closes the connections that the user keeps. It is called by the goroutine that calls Do, between two of them.
func (c *Client) CloseIdle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeAll()
	if c.multi != nil {
		c.multi.retire()
	}
}

func (c *Client) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	c.busy = true
	return nil
}

// end tells whether Close came in the meantime.
func (c *Client) end() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy, c.live = false, nil
	if c.closed {
		c.closeAll()
		c.leave()
	}
	return c.closed
}

// use makes nc, a socket, what Close closes; if Close came first, it is closed here.
func (c *Client) use(nc net.Conn) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		_ = nc.Close()
		return ErrClosed
	}
	c.live = nc
	return nil
}

// dialing makes cancel what Close calls; nil ends that.
func (c *Client) dialing(cancel context.CancelFunc) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancel = cancel
	if c.closed && cancel != nil {
		return ErrClosed
	}
	return nil
}

func (c *Client) stopping() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *Client) find(o *Origin) *conn {
	for _, cn := range c.conns {
		if cn.key == o.key {
			return cn
		}
	}
	return nil
}

func (c *Client) keep(cn *conn) {
	if len(c.conns) >= maxConns {
		oldest := c.conns[0]
		for _, k := range c.conns {
			if k.lastRead.Before(oldest.lastRead) {
				oldest = k
			}
		}
		c.drop(oldest)
	}
	c.conns = append(c.conns, cn)
}

func (c *Client) drop(cn *conn) {
	_ = cn.socket.Close()
	for i, k := range c.conns {
		if k == cn {
			last := len(c.conns) - 1
			c.conns[i], c.conns[last] = c.conns[last], nil
			c.conns = c.conns[:last]
			return
		}
	}
}

// closeAll needs mu, and no Do under way.
func (c *Client) closeAll() {
	for _, cn := range c.conns {
		_ = cn.socket.Close()
	}
	c.conns = nil
}
