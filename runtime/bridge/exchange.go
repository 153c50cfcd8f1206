package bridge

import (
	"errors"
	"net"
	"time"
)

// idleCheck is how long a connection may have been idle before it is looked at. The look costs a system call, and
// a server that closes does so after seconds. Requests that must not be sent twice look every time.
const idleCheck = time.Second

// attempt does one hop: on the kept connection if there is one, on a new one if not, or if that was closed meanwhile.
func (c *Client) attempt(h *hop, w *Response) error {
	if c.cfg.HTTPVersion != "" && c.cfg.HTTPVersion != "1.1" {
		return c.attemptAny(h, w)
	}
	cn, err := c.kept(h)
	if err != nil {
		return err
	}
	if cn != nil {
		if done, err := c.exchange(cn, h, w); done || err == nil {
			return err
		}
		w.Retried = true
	}
	if cn, err = c.connect(h, w); err != nil {
		return err
	}
	_, err = c.exchange(cn, h, w)
	return err
}

// kept gives the connection that is there, and makes it the one in use; nil if there is none.
func (c *Client) kept(h *hop) (*conn, error) {
	cn := c.find(h.origin)
	if cn == nil {
		return nil, nil
	}
	if idle := time.Since(cn.lastRead); (idle > idleCheck || !h.idempotent()) && cn.stale() {
		c.drop(cn)
		return nil, nil
	}
	return cn, c.use(cn.socket)
}

// exchange sends h over cn and reads the answer. done is false if the failure may be the race between this request
// and the server closing a kept connection, so that the request can be sent again.
func (c *Client) exchange(cn *conn, h *hop, w *Response) (done bool, err error) {
	in, out := cn.in, cn.out
	w.Reused, w.via = cn.used, cn
	cn.begun, cn.closes = false, false
	err = c.roundTrip(cn, h, w)
	cn.unwire()
	w.BytesIn += cn.in - in
	w.BytesOut += cn.out - out
	done = !cn.used || cn.begun || !(h.idempotent() || cn.out == out) || !closedByPeer(err) || c.stopping()
	if err != nil {
		c.drop(cn)
		err = h.readFailure(err, cn.begun)
	} else if cn.used = true; cn.closes || c.cfg.NoKeepAlive {
		c.drop(cn)
	}
	return done, err
}

// roundTrip is one request and one answer. The errors it returns are raw, but those of kind InvalidResponse.
func (c *Client) roundTrip(cn *conn, h *hop, w *Response) error {
	sent, refused := c.send(cn, h, w)
	if refused != nil && !closedByPeer(refused) {
		return refused
	}
	f := c.cfg.flight(cn)
	defer c.cfg.land(f)
	// A server that answers early (413, 401) and closes makes the write fail; its answer can be read all the same.
	first, err := f.readHead(h, w)
	if err != nil {
		if refused != nil && !errors.As(err, new(*Error)) {
			return refused
		}
		return err
	}
	if early := sent.Sub(first); early > 0 { // the answer was there before the write returned
		w.Phases.Send -= early
	} else {
		w.Phases.Wait -= early
	}
	if h.cookies && f.head.cookies {
		c.keepCookies(h, w)
	}
	if err = f.readBody(h, w, c); !w.Done.IsZero() {
		w.Phases.Receive += w.Done.Sub(first)
	}
	cn.closes = cn.closes || refused != nil || f.br.Buffered() > 0
	return err
}

func (c *Client) keepCookies(h *hop, w *Response) {
	if h.jar == nil {
		h.jar = c.Jar()
	}
	h.jar.Keep(h.origin, h.uri, w.Header)
}

// send writes the request and waits for the first byte of the answer, without a buffer where it can. sent is when the
// kernel had all of the request.
func (c *Client) send(cn *conn, h *hop, w *Response) (sent time.Time, err error) {
	f := c.cfg.flight(cn)
	f.out = h.appendHead(f.out[:0], cn)
	rest := h.body
	if len(rest) <= smallBody {
		f.out = append(f.out, rest...)
		rest = nil
	}
	begin := time.Now()
	h.start(w, begin)
	if err := cn.arm(h.deadline, begin); err != nil {
		c.cfg.land(f)
		return begin, err
	}
	if cn.direct() && cn.rw == net.Conn(cn) && len(rest) == 0 {
		sent, err = cn.transmit(c.cfg, f)
	} else {
		sent, err = f.write(rest)
		c.cfg.land(f)
		if err == nil {
			cn.await()
		}
	}
	w.Phases.Send += sent.Sub(begin)
	return sent, err
}

// write writes the flight and a body that has no room in it.
func (f *flight) write(rest []byte) (sent time.Time, err error) {
	if _, err = f.cn.rw.Write(f.out); err == nil && len(rest) > 0 {
		_, err = f.cn.rw.Write(rest)
	}
	return time.Now(), err
}
