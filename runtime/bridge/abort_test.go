package bridge

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Close and Abort end a request wherever it is.
func TestAbortInEachPhase(t *testing.T) {
	for _, tc := range []struct {
		name string
		url  string
		// serve tells when the phase is reached.
		serve func(c net.Conn, reached chan<- bool)
		body  int
	}{
		{"handshake", "https", func(c net.Conn, reached chan<- bool) {
			_, _ = c.Read(make([]byte, 10))
			reached <- true
			_, _ = io.Copy(io.Discard, c)
		}, 0},
		{"send", "http", func(c net.Conn, reached chan<- bool) {
			readRequest(bufio.NewReaderSize(c, 16))
			reached <- true
			for c.SetReadDeadline(time.Now().Add(time.Minute)) == nil { // until the client goes: a write finds that out
				if _, err := c.Write([]byte("\r\n")); err != nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		}, 64 << 20},
		{"wait", "http", func(c net.Conn, reached chan<- bool) {
			readRequest(bufio.NewReader(c))
			reached <- true
			_, _ = io.Copy(io.Discard, c)
		}, 0},
		{"receive", "http", func(c net.Conn, reached chan<- bool) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
			reached <- true
			_, _ = io.Copy(io.Discard, c)
		}, 0},
	} {
		for _, end := range []struct {
			name string
			f    func(*Client)
		}{{"Abort", (*Client).Abort}, {"Close", (*Client).Close}} {
			t.Run(tc.name+" "+end.name, func(t *testing.T) {
				reached := make(chan bool, 9)
				addr := serve(t, func(c net.Conn) { tc.serve(c, reached) })
				c := user(t, &Config{})
				go func() { <-reached; end.f(c) }()
				r := request(t, "POST", tc.url+"://"+addr+"/")
				r.Body = make([]byte, tc.body)
				w := &Response{}
				if err := c.Do(r, w); !errors.Is(err, ErrClosed) {
					t.Errorf("error: %v", err)
				}
				check(t, w)
			})
		}
	}
}

func TestAbortWhileDialing(t *testing.T) {
	dialing := make(chan bool)
	c := user(t, &Config{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		dialing <- true
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	go func() { <-dialing; c.Abort() }()
	if err := c.Do(get(t, "http://example.test/"), &Response{}); !errors.Is(err, ErrClosed) {
		t.Errorf("error: %v", err)
	}
}

func TestConnectTimeout(t *testing.T) {
	c := user(t, &Config{Timeout: 30 * time.Millisecond, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	got, w := fails(t, c, get(t, "http://example.test/"))
	equal(t, "error", got, "ConnectTimeout('no connection within 30ms')")
	equal(t, "in connect phase", w.Phases.Connect >= 30*time.Millisecond, true)
}

func TestAfterAbortAndClose(t *testing.T) {
	c, r := user(t, &Config{}), get(t, "http://"+answering(t, ok)+"/")
	c.Abort()
	do(t, c, r)
	c.Abort() // nothing in flight
	equal(t, "reused after an idle abort", do(t, c, r).Reused, true)
	c.Close()
	c.Close()
	if err := c.Do(r, &Response{}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	twin := c.Sibling()
	defer twin.Close()
	do(t, twin, r)
}

// Many aborts at random moments; the race detector watches.
func TestAbortStorm(t *testing.T) {
	c, r := user(t, &Config{}), get(t, "http://"+answering(t, ok)+"/")
	stop, done := make(chan bool), sync.WaitGroup{}
	done.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Microsecond):
				c.Abort()
			}
		}
	})
	for range 500 {
		w := &Response{}
		if err := c.Do(r, w); err != nil && !errors.Is(err, ErrClosed) {
			t.Errorf("error: %v", err)
		}
	}
	close(stop)
	done.Wait()
	do(t, c, r)
}
