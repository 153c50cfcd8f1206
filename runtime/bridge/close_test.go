package bridge

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Close ends a request wherever it is.
func TestCloseInEachPhase(t *testing.T) {
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
		t.Run(tc.name, func(t *testing.T) {
			reached := make(chan bool, 9)
			addr := serve(t, func(c net.Conn) { tc.serve(c, reached) })
			c := user(t, &Config{})
			go func() { <-reached; c.Close() }()
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

func TestCloseWhileDialing(t *testing.T) {
	dialing := make(chan bool)
	c := user(t, &Config{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		dialing <- true
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	go func() { <-dialing; c.Close() }()
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

func TestAfterClose(t *testing.T) {
	c, r := user(t, &Config{}), get(t, "http://"+answering(t, ok)+"/")
	twin := c.Sibling()
	defer twin.Close()
	do(t, c, r)
	c.Close()
	c.Close()
	if err := c.Do(r, &Response{}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	do(t, twin, r)
}

// Many users who are closed at random moments; the race detector watches.
func TestCloseStorm(t *testing.T) {
	cfg, r := &Config{}, get(t, "http://"+answering(t, ok)+"/")
	var done sync.WaitGroup
	for i := range 100 {
		c := NewClient(cfg)
		done.Go(func() {
			time.Sleep(time.Duration(i) * 20 * time.Microsecond)
			c.Close()
		})
		for {
			if err := c.Do(r, &Response{}); errors.Is(err, ErrClosed) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		equal(t, "connections left", len(c.conns), 0)
	}
	done.Wait()
}

// spy notes what is written once the user is being closed.
type spy struct {
	net.Conn
	closing, late *atomic.Bool
}

func (s spy) Write(p []byte) (int, error) {
	if s.closing.Load() {
		s.late.Store(true)
	}
	return s.Conn.Write(p)
}

// Closing writes nothing (TLS would send an alert, for which it waits up to 5 s), also through a proxy with TLS.
func TestCloseClosesTheSocket(t *testing.T) {
	for _, state := range []string{"idle", "in flight"} {
		reached := make(chan bool, 1)
		cert := newAuthority(t).sign(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
		cfg := through(t, "https://"+serve(t, func(c net.Conn) {
			s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
			br := bufio.NewReader(s)
			if readRequest(br) && state == "idle" {
				_, _ = io.WriteString(s, ok)
			}
			reached <- true
			_, _ = br.ReadByte()
		}))
		var closing, late atomic.Bool
		cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			nc, err := new(net.Dialer).DialContext(ctx, network, addr)
			return spy{nc, &closing, &late}, err
		}
		c, r := user(t, cfg), get(t, "http://example.test/")
		stop := func() { <-reached; closing.Store(true); c.Close() }
		if state == "idle" {
			do(t, c, r)
			stop()
		} else {
			go stop()
			equal(t, "error", c.Do(r, &Response{}), ErrClosed)
		}
		equal(t, state+": written after Close", late.Load(), false)
	}
}
