//go:build linux || darwin || freebsd

package bridge

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// wire is what raw calls with the descriptor of a socket. A connection has one from the beginning of an exchange to its
// end, so that a request allocates nothing and an idle connection holds none.
type wire struct {
	cfg    *Config
	flight *flight // to be written; nil when all of it is with the kernel
	wrote  int
	sent   time.Time // when the write returned
	err    error     // of the write
	parked bool

	fd       [1]unix.PollFd
	readable bool // bytes, an end or an error: a read would not wait

	// What RawConn.Control and RawConn.Read call. They are made once.
	look              func(fd uintptr)
	transfer, receive func(fd uintptr) bool
	receipt
}

var wires = sync.Pool{New: func() any {
	w := &wire{}
	w.look, w.transfer, w.receive = w.doLook, w.doTransfer, w.doReceive
	return w
}}

// wired gives the connection's wire.
func (c *conn) wired() *wire {
	if c.wire == nil {
		c.wire = wires.Get().(*wire)
	}
	return c.wire
}

// unwire gives it back.
func (c *conn) unwire() {
	if c.wire != nil {
		wires.Put(c.wire)
		c.wire = nil
	}
}

// direct says that reads and writes of c are the socket's own, with no proxy's TLS in between.
func (c *conn) direct() bool { return c.raw != nil && c.Conn == c.socket }

// doLook asks poll, and not recv with MSG_PEEK: that takes a pending error away from the read that has to report it.
func (w *wire) doLook(fd uintptr) {
	w.fd[0] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	n, _ := unix.Poll(w.fd[:], 0)
	w.readable = n > 0
}

// stale reports whether the peer has closed an idle connection, or sent something that nobody asked for: a
// connection in that state cannot carry another request. Under TLS what arrives in idle time is its closing alert.
func (c *conn) stale() bool {
	if c.raw == nil {
		return false
	}
	w := c.wired()
	// Control, not Read: that would refuse a connection whose old alarm has gone off in the meantime.
	return c.raw.Control(w.look) != nil || w.readable
}

// transmit writes f and returns when there is something to read, or when reading would fail. f has been given back
// then: thousands of users who wait for slow answers hold no buffer. sent is when the kernel had all of f. The
// error is that of writing; what goes wrong in waiting the next Read will meet too.
//
// The write is made where the poller is armed already and the goroutine is about to park: so the attempt to read that
// must fail, which net makes before it parks, is saved. Made any earlier, an answer could come before the poller
// was armed, and that causes no wake-up. Nor does the end of the connection, if it came before the write: but
// then the peer answers the write with a reset, which does.
func (c *conn) transmit(cfg *Config, f *flight) (sent time.Time, err error) {
	w := c.wired()
	w.cfg, w.flight, w.wrote, w.sent, w.err, w.parked = cfg, f, 0, time.Time{}, nil, false
	waiting := c.readRaw(w.transfer)
	c.out += int64(w.wrote)
	f, w.flight, w.cfg = w.flight, nil, nil
	if f == nil { // the usual case: all of it was taken at once
		return w.sent, nil
	}
	defer cfg.land(f)
	if w.err == nil {
		w.err = waiting // the connection was closed before anything was written
	}
	if w.err == nil { // a part of it, or nothing: the buffers of the kernel are full
		_, w.err = c.Write(f.out[w.wrote:])
	}
	return time.Now(), w.err
}

// doTransfer writes the flight, if there is one, and has RawConn park the goroutine once.
func (w *wire) doTransfer(fd uintptr) bool {
	switch {
	case w.parked:
		return true
	case w.flight == nil: // what arrived before the poller was armed causes no wake-up
		w.parked = true
		w.doLook(fd)
		return w.readable
	}
	n, err := syscall.Write(int(fd), w.flight.out) // not unix.Write, which the race detector does not connect with net's reads
	for errors.Is(err, unix.EINTR) {
		n, err = syscall.Write(int(fd), w.flight.out)
	}
	w.sent = time.Now()
	w.wrote = max(n, 0)
	if w.wrote < len(w.flight.out) {
		if err != nil && !errors.Is(err, unix.EAGAIN) {
			w.err = err
		}
		return true
	}
	w.cfg.land(w.flight)
	w.flight, w.parked = nil, true
	return false
}

// await returns when there is something to read, or when reading would fail. It needs no buffer.
func (c *conn) await() {
	if !c.direct() || c.rw != net.Conn(c) {
		return // TLS has buffers of its own
	}
	w := c.wired()
	w.flight, w.parked = nil, false
	_ = c.readRaw(w.transfer) // what goes wrong here the next Read will meet too
}

// readRaw is RawConn.Read that does not mind the alarm of an earlier request.
func (c *conn) readRaw(fn func(fd uintptr) bool) error {
	for {
		err := c.raw.Read(fn)
		if err == nil || !c.retryRead(err) {
			return err
		}
		if c.wire.flight == nil {
			c.wire.parked = false // something may have come meanwhile
		}
	}
}
