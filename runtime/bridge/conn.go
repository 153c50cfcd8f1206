package bridge

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// conn is one connection to an origin. Read and Write are the socket's: crypto/tls sits on top of them, so their
// times and counts are those of the wire.
type conn struct {
	net.Conn // the socket, or a TLS connection to a proxy on top of it

	socket net.Conn // what is closed: TLS would send an alert first and could wait for a peer that does not read
	rw     net.Conn // what requests go through: the conn itself, or TLS on top of it
	key    string   // of the origin
	raw    syscall.RawConn

	absolute  bool   // a forwarding proxy: the request line holds the whole URL
	proxyAuth string // value of Proxy-Authorization for it

	used     bool      // has brought an answer
	begun    bool      // a byte of the answer under way has come
	closes   bool      // that answer is the last one
	deadline time.Time // when the request under way times out; zero: never
	armed    time.Time // what the poller was told: never later than deadline, see arm
	lastRead time.Time // when the last bytes came in
	in, out  int64     // bytes so far

	look *look // see stale and await; nil until needed
}

func newConn(nc net.Conn, key string) *conn {
	c := &conn{Conn: nc, socket: nc, key: key}
	c.rw = c
	if s, ok := nc.(syscall.Conn); ok {
		c.raw, _ = s.SyscallConn() // an error leaves nil: no peeking then
	}
	return c
}

// arm sets the time limit of the next request. Telling the poller costs more than the rest of a request's
// book-keeping, so it keeps an earlier alarm: when that goes off too soon, retry tells it the exact time.
func (c *conn) arm(deadline, now time.Time) error {
	c.deadline = deadline
	keep := c.armed.After(now) && !c.armed.After(deadline)
	if deadline.IsZero() {
		keep = c.armed.IsZero() || c.armed.After(now)
	}
	if keep {
		return nil
	}
	c.armed = deadline
	return c.SetDeadline(deadline)
}

// retry reports whether err was only the alarm of an earlier request.
func (c *conn) retry(err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) || c.armed.Equal(c.deadline) {
		return false
	}
	c.armed = c.deadline
	return c.SetDeadline(c.deadline) == nil
}

// Read notes the time. Kernel timestamps, where there are any, belong here in place of time.Now.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if n > 0 {
			c.lastRead = time.Now()
			c.in += int64(n)
		} else if err != nil && c.retry(err) {
			continue
		}
		return n, err
	}
}

// Write writes all of p unless it fails.
func (c *conn) Write(p []byte) (int, error) {
	for done := 0; ; {
		n, err := c.Conn.Write(p[done:])
		done += n
		c.out += int64(n)
		if err == nil || !c.retry(err) {
			return done, err
		}
	}
}
