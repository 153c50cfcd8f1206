package bridge

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"time"
)

// connect opens a connection to the origin of h, to be kept.
func (c *Client) connect(h *hop, w *Response) (*conn, error) {
	cn, err := c.open(h, w)
	if err == nil {
		c.keep(cn)
	}
	return cn, err
}

// open opens a connection to the origin of h, through a proxy where there is one, and makes it the one in use.
func (c *Client) open(h *hop, w *Response) (*conn, error) {
	start := time.Now()
	h.start(w, start)
	ctx, cancel := h.context()
	defer cancel()
	if err := c.dialing(cancel); err != nil {
		return nil, err
	}
	cn, err := c.dial(ctx, h, w)
	_ = c.dialing(nil)
	if err != nil {
		w.Phases.Connect += max(0, time.Since(start)-w.Phases.DNS)
		return nil, err
	}
	connected := time.Now()
	took := max(0, connected.Sub(start)-w.Phases.DNS)
	// When many users connect at once, a goroutine hears late that it has its connection. That is the generator's lag and
	// must not be in the service time, whose beginning moves on by it.
	late := cn.heardLate(took)
	w.Phases.Connect += took - late
	w.Sent = w.Sent.Add(late)
	w.ConnectLag += late
	if h.origin.Scheme == "https" {
		err = cn.startTLS(c.cfg.tlsFor(h.origin.Name, false))
		w.Phases.TLS += time.Since(connected)
	}
	w.BytesIn, w.BytesOut = w.BytesIn+cn.in, w.BytesOut+cn.out
	if err != nil {
		_ = cn.socket.Close()
		return nil, h.tlsFailure(err)
	}
	return cn, nil
}

// context is what name look-up and connecting need; Close calls its cancel.
func (h *hop) context() (context.Context, context.CancelFunc) {
	if h.deadline.IsZero() {
		return context.WithCancel(context.Background())
	}
	return context.WithDeadline(context.Background(), h.deadline)
}

// dial opens the TCP connection, and the tunnel if the proxy asks for one.
func (c *Client) dial(ctx context.Context, h *hop, w *Response) (*conn, error) {
	via, err := c.cfg.route(h.origin)
	if err != nil {
		return nil, err
	}
	nc, err := via.open(traceDNS(ctx, w), c.cfg.dialer(), h.origin.Addr)
	if err != nil {
		return nil, h.dialFailure(err, via)
	}
	cn := newConn(nc, h.origin.key)
	if err := c.use(nc); err != nil {
		return nil, err
	}
	if err := cn.arm(h.deadline, time.Now()); err != nil {
		_ = nc.Close()
		return nil, h.dialFailure(err, via)
	}
	if err := via.greet(cn, h); err != nil {
		_ = nc.Close()
		return nil, err
	}
	return cn, nil
}

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

func (c *Config) dialer() dialFunc {
	if c.Dial != nil {
		return c.Dial
	}
	// No keep-alive probes: four system calls for each connection, and traffic that no script asked for.
	return (&net.Dialer{KeepAlive: -1}).DialContext
}

func traceDNS(ctx context.Context, w *Response) context.Context {
	var began time.Time
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { began = time.Now() },
		DNSDone:  func(httptrace.DNSDoneInfo) { w.Phases.DNS += time.Since(began) },
	})
}

// protocol is what ALPN has agreed on; "" for nothing.
func (c *conn) protocol() string {
	if t, ok := c.rw.(*tls.Conn); ok {
		return t.ConnectionState().NegotiatedProtocol
	}
	return ""
}

// startTLS without a context: a context would cost a goroutine, and the conn's deadline and Close end it as well.
func (c *conn) startTLS(conf *tls.Config) error {
	t := tls.Client(c, conf)
	if err := t.Handshake(); err != nil {
		return err
	}
	c.rw = t
	return nil
}
