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

	shared   bool          // HTTP/2: who writes is not who reads; deadline and armed are of writing
	used     bool          // has brought an answer
	begun    bool          // a byte of the answer under way has come
	closes   bool          // that answer is the last one
	deadline time.Time     // when the request under way times out; zero: never
	armed    time.Time     // what the poller was told: never later than deadline, see arm
	began    time.Time     // when the request under way began
	lastRead time.Time     // when the last bytes came in
	wakeLag  time.Duration // from then until this process had them; known only when stamped
	stamped  bool          // lastRead is what the kernel noted
	in, out  int64         // bytes so far

	wire *wire // nil between requests
}

func newConn(nc net.Conn, key string) *conn {
	c := &conn{Conn: nc, socket: nc, key: key}
	c.rw = c
	if s, ok := nc.(syscall.Conn); ok {
		c.raw, _ = s.SyscallConn() // an error leaves nil: no peeking then
	}
	if c.raw != nil {
		c.askForStamps()
	}
	return c
}

// arm sets the time limit of the next request. Telling the poller costs more than the rest of a request's
// book-keeping, so it keeps an earlier alarm: when that goes off too soon, retry tells it the exact time.
func (c *conn) arm(deadline, now time.Time) error {
	c.deadline = deadline
	if !c.shared {
		c.began = now
	}
	keep := c.armed.After(now) && !c.armed.After(deadline)
	if deadline.IsZero() {
		keep = c.armed.IsZero() || c.armed.After(now)
	}
	if keep {
		return nil
	}
	c.armed = deadline
	return c.alarm()
}

func (c *conn) alarm() error {
	if c.shared {
		return c.SetWriteDeadline(c.armed)
	}
	return c.SetDeadline(c.armed)
}

// retry reports whether err was only the alarm of an earlier request.
func (c *conn) retry(err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) || c.armed.Equal(c.deadline) {
		return false
	}
	c.armed = c.deadline
	return c.alarm() == nil
}

// retryRead is retry for reads. On a shared connection the alarms of reading are those of h2conn.
func (c *conn) retryRead(err error) bool { return !c.shared && c.retry(err) }

// Read notes when the bytes came in.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, err := c.receive(p)
		c.in += int64(n)
		if n > 0 || err == nil || !c.retryRead(err) {
			return n, err
		}
	}
}

// receivePlain reads where the kernel's time is not to be had.
func (c *conn) receivePlain(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.arrived(time.Now(), 0)
	}
	return n, err
}

// arrived notes when bytes came in that have just been read: at stamp, the kernel's time since 1970, if that can be
// true; now otherwise. The clock may have been set meanwhile, and bytes that came before they were asked for
// are no measure of anything.
func (c *conn) arrived(now time.Time, stamp time.Duration) {
	before := c.lastRead
	c.lastRead, c.wakeLag, c.stamped = now, 0, false
	if stamp == 0 {
		return
	}
	lag := time.Duration(now.UnixNano()) - stamp
	at := now.Add(-lag)
	if lag < 0 || at.Before(c.began) {
		return
	}
	if at.Before(before) { // by some nanoseconds: the two clocks of now do not run quite alike
		at = before
	}
	c.lastRead, c.wakeLag, c.stamped = at, lag, true
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
