package bridge

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"
)

func TestTimeouts(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	silent := serve(t, func(net.Conn) { <-hang })
	drip := serve(t, func(c net.Conn) { // one byte of the header at a time, for ever
		for _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nA: "); err == nil; _, err = io.WriteString(c, "b") {
			select {
			case <-hang:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	body := serve(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
		<-hang
	})
	for _, addr := range []string{silent, drip, body} {
		c := user(t, &Config{Timeout: time.Minute})
		r := get(t, "http://"+addr+"/")
		r.Timeout = 60 * time.Millisecond
		got, w := fails(t, c, r)
		equal(t, "error", got, "ReadTimeout('no complete response within 60ms')")
		equal(t, "not early", w.Elapsed()+w.ConnectLag >= r.Timeout, true)
	}
	r := get(t, "https://a.test/")
	r.Timeout = 60 * time.Millisecond
	got, _ := fails(t, user(t, through(t, "http://"+silent)), r)
	equal(t, "CONNECT", got, "ConnectTimeout('no connection through the proxy within 60ms')")
	got, _ = fails(t, user(t, &Config{Timeout: 1500 * time.Millisecond}), get(t, "https://"+silent+"/"))
	equal(t, "handshake", got, "ConnectTimeout('no connection within 1.5s')")
}

// The alarm of an earlier, shorter request must not end a later one, nor a long one prolong it.
func TestTimeoutOfKeptConnection(t *testing.T) {
	wait := 0 * time.Millisecond
	c := user(t, &Config{})
	r := get(t, "http://"+serve(t, func(c net.Conn) {
		for br := bufio.NewReader(c); readRequest(br); {
			time.Sleep(wait)
			_, _ = io.WriteString(c, ok)
		}
	})+"/")
	r.Timeout = 100 * time.Millisecond
	do(t, c, r)
	wait = 200 * time.Millisecond
	r.Timeout = time.Minute
	equal(t, "reused", do(t, c, r).Reused, true) // the first alarm goes off in here
	r.Timeout = 50 * time.Millisecond
	got, w := fails(t, c, r)
	equal(t, "error", got, "ReadTimeout('no complete response within 50ms')")
	equal(t, "in time", w.Elapsed() < wait, true)
}

// The server waits 20 ms before the header and 20 ms in the body.
func TestTimingTruth(t *testing.T) {
	const pause = 20 * time.Millisecond
	c, r := user(t, &Config{}), get(t, "http://"+serve(t, func(c net.Conn) {
		for br := bufio.NewReader(c); readRequest(br); {
			time.Sleep(pause)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
			time.Sleep(pause)
			_, _ = io.WriteString(c, "k")
		}
	})+"/")
	for range 3 {
		begin := time.Now()
		w := do(t, c, r)
		total := time.Since(begin)
		equal(t, "wait is at least the pause", w.Phases.Wait >= pause, true)
		equal(t, "receive is most of the pause", w.Phases.Receive > pause/2, true)
		equal(t, "measured no more than passed", w.Elapsed() <= total, true)
		equal(t, "measured nearly all", w.Elapsed() >= 2*pause, true)
	}
}
