package bridge

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
)

// Traffic counts the bytes that a Link has read and written, as they were on the wire. Any goroutine may use it.
type Traffic struct{ In, Out atomic.Int64 }

// Link is a connection for a protocol of its own, such as WebSocket.
type Link struct {
	net.Conn          // TLS where there is any
	socket   net.Conn // see conn
}

// Close closes the connection at once. Any goroutine may call it.
func (l *Link) Close() error { return l.socket.Close() }

// Open opens a connection to an origin for a protocol that begins with a request of HTTP/1.1 and goes on with something
// else: by c.Dial, through a tunnel where there is a proxy, with TLS for https. When ctx ends, so does the connecting.
// Errors are those of the dialer and of crypto/tls, and ctx.Err().
func (c *Config) Open(ctx context.Context, o *Origin, traffic *Traffic) (*Link, error) {
	l, err := c.openLink(ctx, o, traffic)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return l, err
}

func (c *Config) openLink(ctx context.Context, o *Origin, traffic *Traffic) (*Link, error) {
	via, err := c.route(o)
	if err != nil {
		return nil, err
	}
	nc, err := via.open(ctx, c.dialer(), o.Addr)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = nc.Close() })()
	cn := newConn(metered{nc, traffic}, "")
	far := *o
	far.Scheme = "https" // whatever is no plain request needs a tunnel
	if err := via.greet(cn, &hop{cfg: c, origin: &far}); err != nil {
		_ = nc.Close()
		return nil, err
	}
	l := &Link{Conn: cn.Conn, socket: nc}
	if o.Scheme == "https" {
		t := tls.Client(cn.Conn, c.plainTLS(o.Name))
		if err := t.Handshake(); err != nil {
			_ = nc.Close()
			return nil, err
		}
		l.Conn = t
	}
	return l, nil
}

// plainTLS is tlsFor for connections that must not speak HTTP/2.
func (c *Config) plainTLS(name string) *tls.Config {
	base := c.tlsFor(name, false)
	if len(base.NextProtos) == 1 && base.NextProtos[0] == "http/1.1" {
		return base
	}
	key := "link " + name
	if t, ok := c.tls.Load(key); ok {
		return t.(*tls.Config)
	}
	t := base.Clone()
	t.NextProtos = []string{"http/1.1"}
	got, _ := c.tls.LoadOrStore(key, t)
	return got.(*tls.Config)
}

// metered counts what goes through a connection.
type metered struct {
	net.Conn
	traffic *Traffic
}

// Read implements net.Conn.
func (m metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.traffic.In.Add(int64(n))
	return n, err
}

// Write implements net.Conn.
func (m metered) Write(p []byte) (int, error) {
	n, err := m.Conn.Write(p)
	m.traffic.Out.Add(int64(n))
	return n, err
}
