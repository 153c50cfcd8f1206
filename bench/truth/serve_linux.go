package main

import (
	"bytes"
	"container/heap"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"
)

// answer is what every request gets.
var answer = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok")

// server is a web server of one thread that answers every request after the delay that its behaviour sets, and keeps a
// log. It has a core for itself and polls without ever sleeping once the first request has come: answers are then some
// microseconds late, where a sleep costs tens.
type server struct {
	epoll, listener int
	behave          behaviour
	conns           map[int]*conn
	due             queue
	first           time.Time // of the first request; zero before
	log             []entry
	keepLog         bool

	every             time.Duration // between two lines about the progress; 0 is none
	told              time.Time
	clients, requests int64         // connections that have sent a request; requests read
	last              time.Duration // when the last one was read
}

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

// serve is the subcommand. It prints the port, serves until its standard input ends, and then writes the log. Told so,
// it also prints its progress, at the end and from the first request on: how many connections have sent a request, how
// many requests there were, and the microseconds from the first to the last of them.
func serve(args []string) error {
	set := flag.NewFlagSet("truth serve", flag.ContinueOnError)
	text := set.String("behaviour", "none", "when requests are answered, as `NAME:ARGUMENTS`")
	seed := set.Uint64("seed", 1, "of all chance")
	file := set.String("log", "", "write the times of every request to this `FILE`")
	every := set.Duration("progress", 0, "print the progress so often; 0 is never")
	if err := set.Parse(args); err != nil {
		return err
	}
	behave, err := parseBehaviour(*text, *seed)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	debug.SetGCPercent(-1) // the log is all that grows, and nothing may stop the thread
	s := &server{behave: behave, conns: map[int]*conn{}, keepLog: *file != "", every: *every}
	if s.keepLog {
		s.log = make([]entry, 0, 1<<20)
	}
	port, err := s.listen()
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	fmt.Println(port)
	if err := s.loop(); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	if s.every > 0 {
		s.tell()
	}
	if !s.keepLog {
		return nil
	}
	return writeLog(*file, s.log)
}

// listen opens a free port on loopback.
func (s *server) listen() (port int, err error) {
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return 0, err
	}
	if s.listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		return 0, err
	}
	if err = unix.Bind(s.listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, err
	}
	if err = unix.Listen(s.listener, 4096); err != nil {
		return 0, err
	}
	bound, err := unix.Getsockname(s.listener)
	if err != nil {
		return 0, err
	}
	return bound.(*unix.SockaddrInet4).Port, errors.Join(s.watch(s.listener), s.watch(int(os.Stdin.Fd())))
}

func (s *server) watch(fd int) error {
	return unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

// loop serves until the standard input ends.
func (s *server) loop() error {
	events := make([]unix.EpollEvent, 1024)
	for {
		wait := 0
		if s.first.IsZero() {
			wait = -1
		}
		n, err := unix.EpollWait(s.epoll, events, wait)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		for _, event := range events[:max(n, 0)] {
			switch fd := int(event.Fd); {
			case fd == int(os.Stdin.Fd()):
				return nil
			case fd == s.listener:
				s.accept()
			default:
				s.read(s.conns[fd])
			}
		}
		for len(s.due) > 0 && s.due[0].Due <= time.Since(s.first) {
			c := heap.Pop(&s.due).(*conn)
			c.waiting = false
			s.answer(c)
			s.take(c)
		}
		if s.every > 0 && time.Since(s.told) >= s.every {
			s.tell()
		}
	}
}

// tell prints the progress.
func (s *server) tell() {
	fmt.Println(s.clients, s.requests, s.last.Microseconds())
	s.told = time.Now()
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
