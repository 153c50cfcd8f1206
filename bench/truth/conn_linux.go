package main

import (
	"bytes"
	"container/heap"
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// conn is one client's connection. It has at most one request that waits for its answer, the entry; what comes
// meanwhile stays in the buffer.
type conn struct {
	entry
	fd      int
	buf     []byte // what has come of the next request
	known   bool   // it has sent a request
	waiting bool
	closed  bool
}

// accept takes all connections that wait. One that cannot be had is the tool's to report.
func (s *server) accept() {
	for {
		fd, _, err := unix.Accept4(s.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) // only speed is at stake
		s.conns[fd] = &conn{fd: fd, buf: make([]byte, 0, 4096)}
		if s.watch(fd) != nil {
			s.drop(s.conns[fd])
		}
	}
}

// read takes what a client has sent.
func (s *server) read(c *conn) {
	n, err := unix.Read(c.fd, c.buf[len(c.buf):cap(c.buf)])
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
		return
	}
	if err != nil || n <= 0 {
		s.drop(c)
		return
	}
	c.buf = c.buf[:len(c.buf)+n]
	s.take(c)
	if len(c.buf) == cap(c.buf) { // longer than any request of a load tester
		s.drop(c)
	}
}

// take takes the requests in the buffer, up to the first one whose answer has to wait. A request ends with an empty
// line: there are none with a body here.
func (s *server) take(c *conn) {
	for !c.waiting && !c.closed {
		end := bytes.Index(c.buf, []byte("\r\n\r\n"))
		if end < 0 {
			return
		}
		c.buf = append(c.buf[:0], c.buf[end+4:]...)
		if s.first.IsZero() {
			s.first = time.Now()
		}
		c.Read = time.Since(s.first)
		s.count(c)
		if c.Due = s.behave(c.Read); c.Due <= c.Read {
			s.answer(c)
			continue
		}
		c.waiting = true
		heap.Push(&s.due, c)
	}
}

// count counts a request.
func (s *server) count(c *conn) {
	s.requests++
	s.last = c.Read
	if !c.known {
		c.known = true
		s.clients++
	}
}

// answer answers the request of a connection.
func (s *server) answer(c *conn) {
	if c.closed {
		return
	}
	if n, err := unix.Write(c.fd, answer); err != nil || n < len(answer) {
		s.drop(c)
		return
	}
	if s.keepLog {
		c.Write = time.Since(s.first)
		s.log = append(s.log, c.entry)
	}
}

func (s *server) drop(c *conn) {
	c.closed = true
	delete(s.conns, c.fd)
	unix.Close(c.fd)
}

// queue is a heap of connections with a request that waits, the next one due at its top.
type queue []*conn

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].Due < q[j].Due }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(c any)        { *q = append(*q, c.(*conn)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	*q = (*q)[:last]
	return c
}
