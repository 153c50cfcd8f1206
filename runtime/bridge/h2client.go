package bridge

import (
	"errors"
	"time"

	"golang.org/x/net/http2"
)

// attemptAny is attempt where HTTP/2 is allowed.
func (c *Client) attemptAny(h *hop, w *Response) error {
	for again := false; ; {
		x, cn, err := c.way(h, w)
		if err != nil {
			return err
		}
		var done bool
		if x != nil {
			done, err = c.exchange2(x, h, w)
		} else {
			done, err = c.exchange(cn, h, w)
		}
		if errors.Is(err, errRetired) { // between way and exchange2
			continue
		}
		if done || err == nil || again {
			return err
		}
		w.Retried, again = true, true
	}
}

// way finds or opens a connection for h: one of HTTP/2, or else one of HTTP/1.1.
func (c *Client) way(h *hop, w *Response) (*h2conn, *conn, error) {
	if cn, err := c.kept(h); cn != nil || err != nil {
		return nil, cn, err
	}
	if h.origin.Scheme == "http" && c.cfg.HTTPVersion != "2" {
		cn, err := c.connect(h, w)
		return nil, cn, err
	}
	if c.cfg.NoKeepAlive {
		return c.openAny(h, w)
	}
	for {
		x, wait := c.h2().find(h.origin.key)
		switch {
		case x != nil:
			if x.check(h) {
				return x, nil, nil
			}
		case wait != nil:
			if err := c.queue(wait, h, w); err != nil {
				return nil, nil, err
			}
		default:
			x, cn, err := c.openAny(h, w)
			c.h2().dialed(h.origin.key, x, cn != nil)
			return x, cn, err
		}
	}
}

// openAny opens a connection that speaks what the server has chosen.
func (c *Client) openAny(h *hop, w *Response) (*h2conn, *conn, error) {
	cn, err := c.open(h, w)
	if err != nil {
		return nil, nil, err
	}
	if h.origin.Scheme == "https" && cn.protocol() != "h2" {
		if c.cfg.HTTPVersion == "2" {
			_ = cn.socket.Close()
			return nil, nil, &Error{Kind: TLSError, Text: "server does not speak HTTP/2"}
		}
		c.keep(cn)
		return nil, cn, nil
	}
	if cn.absolute {
		_ = cn.socket.Close()
		return nil, nil, &Error{Kind: ProxyError, Text: "HTTP/2 without TLS cannot go through a forwarding proxy"}
	}
	if err := c.running(nil); err != nil { // from here on Close must not close the socket, which is not only ours
		_ = cn.socket.Close()
		return nil, nil, err
	}
	return newH2(c.cfg, cn), nil, nil
}

// queue waits for another request of this user to open the connection.
func (c *Client) queue(wait <-chan struct{}, h *hop, w *Response) error {
	begin := time.Now()
	h.start(w, begin)
	ctx, cancel := h.context()
	defer cancel()
	if err := c.dialing(cancel); err != nil {
		return err
	}
	select {
	case <-wait:
	case <-ctx.Done():
	}
	w.Queued += time.Since(begin)
	if err := c.dialing(nil); err != nil || c.stopping() {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return h.dialFailure(err, route{})
	}
	return nil
}

// running makes st what Close aborts, in place of the socket.
func (c *Client) running(st *h2stream) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live, c.stream = nil, st
	if c.closed {
		return ErrClosed
	}
	return nil
}

// exchange2 is exchange on an HTTP/2 connection. done is false if the server has done nothing about the request.
func (c *Client) exchange2(x *h2conn, h *hop, w *Response) (done bool, err error) {
	st := x.begin(h, c.cfg.maxBody())
	w.via = x.cn
	if err = c.running(st); err == nil {
		err = x.roundTrip(st, w)
	}
	_ = c.running(nil)
	if err != nil && !st.ended {
		x.cancel(st, http2.ErrCodeCancel)
	} else if st.unsent {
		x.cancel(st, http2.ErrCodeNo)
	}
	reused := x.leave(st)
	w.Reused = reused
	w.BytesIn += st.in
	w.BytesOut += x.bill()
	h.deadline, h.carried = st.h.deadline, st.h.carried
	if err == nil {
		err = st.answer(c, w)
		h.jar = st.h.jar
		st.free()
		return true, err
	}
	lost := reused && !st.begun && h.idempotent() && closedByPeer(err)
	done = !(st.refused || lost) || c.stopping()
	begun := st.begun
	st.free()
	return done, h.readFailure(err, begun)
}

// roundTrip sends the request and waits for the whole answer. Its errors are raw.
func (x *h2conn) roundTrip(st *h2stream, w *Response) error {
	sent, refused := x.send(st, w)
	if !st.began.IsZero() {
		w.Phases.Send += sent.Sub(st.began)
	}
	if refused != nil && !closedByPeer(refused) {
		return refused
	}
	if err := x.until(st, func() bool { return false }); err != nil {
		return err
	}
	if st.first.Before(st.began) {
		st.first = st.began
	}
	st.first = minTime(st.first, st.done)
	if early := sent.Sub(st.first); early > 0 { // the answer was there before the write returned
		w.Phases.Send -= early
	} else {
		w.Phases.Wait -= early
	}
	return nil
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// deadAfter is how long nothing may come in answer to a request before its timeout ends the connection too.
const deadAfter = 5 * time.Second

// cancel tells the server that nobody waits for the answer any more, or sends the rest of the request. When nothing at all has come for long, the connection
// may be dead, and the next request gets another one.
func (x *h2conn) cancel(st *h2stream, code http2.ErrCode) {
	x.mu.Lock()
	closed := errors.Is(st.err, ErrClosed)
	if st.id != 0 && x.err == nil && !errors.As(st.err, new(http2.StreamError)) {
		x.reset(st.id, code)
	}
	if x.reader == nil && st.err == nil && x.cn.lastRead.Before(st.began) && time.Since(st.began) > deadAfter {
		x.retired = true
	}
	write := len(x.control) > 0 && x.err == nil && !closed && x.writer == nil
	x.mu.Unlock()
	if write {
		_ = x.flush()
	}
}

// bill gives the bytes that have been written since it was asked last.
func (x *h2conn) bill() int64 {
	x.wmu.Lock()
	defer x.wmu.Unlock()
	n := x.cn.out - x.billed
	x.billed = x.cn.out
	return n
}
