//go:build linux || darwin || freebsd

package bridge

import (
	"net"

	"golang.org/x/sys/unix"
)

// look is what raw calls with the descriptor. It is made once for each connection, so that looking allocates nothing.
type look struct {
	fd       [1]unix.PollFd
	readable bool // bytes, an end or an error: a read would not wait
	parked   bool
	now      func(fd uintptr)
	arrived  func(fd uintptr) bool
}

func newLook() *look {
	l := &look{}
	l.now = func(fd uintptr) {
		// poll, and not recv with MSG_PEEK: that takes a pending error away from the read that has to report it.
		l.fd[0] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
		n, _ := unix.Poll(l.fd[:], 0)
		l.readable = n > 0
	}
	l.arrived = func(fd uintptr) bool {
		if l.parked {
			return true
		}
		l.parked = true
		l.now(fd)
		return l.readable
	}
	return l
}

// stale reports whether the peer has closed an idle connection, or sent something that nobody asked for: a
// connection in that state cannot carry another request. Under TLS what arrives in idle time is its closing alert.
func (c *conn) stale() bool {
	if c.raw == nil {
		return false
	}
	if c.look == nil {
		c.look = newLook()
	}
	// Control, not Read: that would refuse a connection whose old alarm has gone off in the meantime.
	return c.raw.Control(c.look.now) != nil || c.look.readable
}

// await returns when there is something to read, or when reading would fail. It needs no buffer, so thousands of users
// who wait for slow answers hold none. It costs nothing: the look replaces the attempt to read that net would make
// first. That look cannot be left out: what arrived before the poller was armed (in Read) causes no wake-up.
func (c *conn) await() {
	if c.raw == nil || c.rw != net.Conn(c) {
		return // TLS has buffers of its own
	}
	if c.look == nil {
		c.look = newLook()
	}
	for {
		c.look.parked = false
		// What goes wrong here the next Read will meet too.
		if err := c.raw.Read(c.look.arrived); err == nil || !c.retry(err) {
			return
		}
	}
}
