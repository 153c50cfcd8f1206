package bridge

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Whoever comes while the connection is being opened waits for it, and gives up when his own time is over.
func TestHTTP2Queue(t *testing.T) {
	url, cfg := h2Target(t, several)
	dialing, open := make(chan bool, 9), make(chan bool)
	cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		dialing <- true
		select {
		case <-open:
			return new(net.Dialer).DialContext(ctx, network, addr)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	c := user(t, cfg)
	send := func(c *Client, timeout time.Duration) <-chan string {
		done := make(chan string, 1)
		go func() {
			r, w := get(t, url+"/echo"), &Response{}
			r.Timeout = timeout
			err := c.Do(r, w)
			check(t, w)
			done <- fmt.Sprint(err, " ", w.Queued > 0)
		}()
		return done
	}
	first, second, closed, late := c.Sibling(), c.Sibling(), c.Sibling(), c.Sibling()
	defer second.Close()
	defer late.Close()
	one := send(first, time.Minute)
	<-dialing
	two, three, four := send(second, time.Minute), send(closed, time.Minute), send(late, 20*time.Millisecond)
	equal(t, "late", <-four, "ConnectTimeout('no connection within 20ms') true")
	closed.Close()
	if got := <-three; got != fmt.Sprint(ErrClosed, " true") && got != fmt.Sprint(ErrClosed, " false") { // false: closed before it began
		t.Error("closed: ", got)
	}
	first.Close()
	equal(t, "the one who dials is closed", <-one, fmt.Sprint(ErrClosed, " false"))
	<-dialing // so the second one dials
	third := send(late, time.Minute)
	open <- true
	contains(t, <-two, "<nil>") // it has waited, unless it came late
	contains(t, <-third, "<nil>")
	equal(t, "no more dialling", len(dialing), 0)
}

// Many users at once, each with siblings: one connection for each user.
func TestHTTP2Crowd(t *testing.T) {
	var connections atomic.Int32
	url, cfg := h2Target(t, several)
	cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		connections.Add(1)
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	var all sync.WaitGroup
	for range 30 {
		c := user(t, cfg)
		for range 4 {
			twin := c.Sibling()
			all.Go(func() {
				defer twin.Close()
				for range 5 {
					w := &Response{}
					if err := twin.Do(get(t, url+"/echo"), w); err != nil || w.Status != http.StatusOK {
						t.Errorf("%v, %d", err, w.Status)
					}
				}
			})
		}
	}
	all.Wait()
	equal(t, "connections", connections.Load(), 30)
}

// Origins that choose HTTP/1.1 get a connection for each sibling, at once.
func TestHTTP2NotSpoken(t *testing.T) {
	url := secure(t, nil)
	insecure, _ := TLSFiles{Insecure: true}.Config()
	c := user(t, &Config{TLS: insecure, HTTPVersion: "auto"})
	var all sync.WaitGroup
	for range 3 {
		twin := c.Sibling()
		all.Go(func() {
			defer twin.Close()
			for i := range 3 {
				w := &Response{}
				err := twin.Do(get(t, url), w)
				equal(t, "error", err, nil)
				equal(t, "protocol", w.Proto, "HTTP/1.1")
				equal(t, "reused", w.Reused, i > 0)
			}
		})
	}
	all.Wait()
}

// A user who wanders keeps a bounded number of connections.
func TestHTTP2ManyOrigins(t *testing.T) {
	c := user(t, &Config{HTTPVersion: "2"})
	for range maxConns + 5 {
		do(t, c, get(t, frames(t, func(p *peer) {
			for id := p.request(); id != 0; id = p.request() {
				p.answer(id, "ok")
			}
		})))
	}
	equal(t, "connections", len(c.multi.conns), maxConns)
}
