package main

import (
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
