package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"katydid/internal/tools"
)

// The server has the first core for itself, the tools run on the second.
const (
	serverCore = 0
	toolCore   = 1
)

// progress is what the server has seen so far.
type progress struct {
	users    int64         // connections that have sent a request
	requests int64         // all of them
	last     time.Duration // from the first request to the last one so far
}

// server is the truth bench's server, which answers at once, in a process of its own.
type server struct {
	url      string
	progress chan progress // closed when the server has ended; somebody has to read it, or the server stalls
	cmd      *exec.Cmd
	stdin    io.WriteCloser
	ended    bool
}

// startServer starts the server on its core. It tells its progress so often, and at its end. The caller ends it with
// stop or kill.
func (b *bench) startServer(ctx context.Context, every time.Duration) (*server, error) {
	s := &server{progress: make(chan progress)}
	s.cmd = exec.CommandContext(ctx, b.server, "serve", "--progress", every.String())
	s.cmd.Stderr = os.Stderr
	var err error
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := tools.StartOn(serverCore, s.cmd); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		s.kill()
		return nil, errors.New("start the server: it does not say its port")
	}
	s.url = "http://127.0.0.1:" + strings.TrimSpace(lines.Text())
	go func() {
		defer close(s.progress)
		for lines.Scan() {
			if p, err := parseProgress(lines.Text()); err == nil {
				s.progress <- p
			}
		}
	}()
	return s, nil
}

// parseProgress reads a line of the server: connections, requests, microseconds.
func parseProgress(line string) (progress, error) {
	var p progress
	var us int64
	if _, err := fmt.Sscan(line, &p.users, &p.requests, &us); err != nil {
		return progress{}, fmt.Errorf("the server's progress %q: %w", line, err)
	}
	p.last = time.Duration(us) * time.Microsecond
	return p, nil
}

// stop ends the server and returns all that it has seen.
func (s *server) stop() (progress, error) {
	s.ended = true
	closed := s.stdin.Close()
	var all progress
	for all = range s.progress {
	}
	if err := errors.Join(closed, s.cmd.Wait()); err != nil {
		return progress{}, fmt.Errorf("end the server: %w", err)
	}
	return all, nil
}

// kill ends the server, if stop has not.
func (s *server) kill() {
	if s.ended {
		return
	}
	s.ended = true
	_ = s.cmd.Process.Kill() // it may have ended already
	if s.url != "" {
		for range s.progress { // what it still had to say
		}
	}
	_ = s.cmd.Wait()
}
