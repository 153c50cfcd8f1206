package bridge

import (
	"io"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receipt is what recvmsg needs and gives.
type receipt struct {
	header  unix.Msghdr
	vector  unix.Iovec
	control [64]byte // one timestamp takes 32 bytes
	n       int
	errno   syscall.Errno
}

// askForStamps has the kernel note when it receives what c reads. See
// https://docs.kernel.org/networking/timestamping.html, 1.1.2.
func (c *conn) askForStamps() {
	_ = c.raw.Control(func(fd uintptr) { // without it the times are those of this process, and counted as such
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
}

// heardLate is the part of the time that connecting took in which the connection was there and nobody had noticed: what
// is beyond the round trip that the kernel has measured in the handshake. It is 0 if the kernel did not measure one, or
// sent anything twice: waiting for that is not the generator's fault.
func (c *conn) heardLate(took time.Duration) time.Duration {
	if !c.direct() {
		return 0
	}
	var info *unix.TCPInfo
	err := c.raw.Control(func(fd uintptr) { info, _ = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) })
	if err != nil || info == nil || info.Rtt == 0 || info.Total_retrans > 0 {
		return 0
	}
	return max(0, took-time.Duration(info.Rtt)*time.Microsecond)
}

// receive reads from the socket and notes when the last of the bytes read had arrived.
func (c *conn) receive(p []byte) (int, error) {
	if !c.direct() || len(p) == 0 {
		return c.receivePlain(p)
	}
	w := c.wired()
	w.vector.Base = &p[0]
	w.vector.SetLen(len(p))
	err := c.readRaw(w.receive)
	w.vector.Base = nil
	switch {
	case err != nil:
		return 0, err
	case w.errno != 0:
		return 0, w.errno
	case w.n == 0:
		return 0, io.EOF
	}
	c.arrived(time.Now(), w.stamp())
	return w.n, nil
}

// doReceive is recvmsg. The system call is made directly because unix.RecvmsgBuffers allocates the peer's address.
func (w *wire) doReceive(fd uintptr) bool {
	w.header = unix.Msghdr{Iov: &w.vector, Control: &w.control[0]}
	w.header.SetIovlen(1)
	for {
		w.header.SetControllen(len(w.control))
		n, _, errno := unix.Syscall(unix.SYS_RECVMSG, fd, uintptr(unsafe.Pointer(&w.header)), 0)
		if errno == unix.EINTR {
			continue
		}
		w.n, w.errno = int(n), errno
		received(fd)
		return errno != unix.EAGAIN
	}
}

// stamp is the time since 1970 at which the kernel received the last of the bytes; 0 if it does not say. It is
// the only control message that was asked for, so it comes first.
func (w *wire) stamp() time.Duration {
	const size = unix.SizeofCmsghdr + int(unsafe.Sizeof(unix.Timespec{}))
	if int(w.header.Controllen) < size {
		return 0
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&w.control[0]))
	if h.Level != unix.SOL_SOCKET || h.Type != unix.SCM_TIMESTAMPNS {
		return 0
	}
	t := (*unix.Timespec)(unsafe.Pointer(&w.control[unix.SizeofCmsghdr]))
	return time.Duration(t.Nano())
}
