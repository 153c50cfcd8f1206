//go:build unix

package bridge

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

var errUnasked = errors.New("bytes that nobody asked for")

// peekSocket returns nil if the connection is open and nothing has arrived. It does not block.
func peekSocket(fd uintptr) error {
	var b [1]byte
	n, _, err := unix.Recvfrom(int(fd), b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return nil
	case err != nil:
		return err
	case n == 0:
		return io.EOF
	}
	return errUnasked
}
