package bridge

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// serve runs a TCP server that handles each connection in a goroutine and ends with the test. It returns host:port.
func serve(tb testing.TB, handle func(net.Conn)) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	go accept(l, handle)
	return l.Addr().String()
}

func accept(l net.Listener, handle func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			handle(c)
		}()
	}
}

// script answers the requests of one connection with the given texts, one each, and closes.
func script(answers ...string) func(net.Conn) {
	return func(c net.Conn) {
		br := bufio.NewReader(c)
		for _, a := range answers {
			if !readRequest(br) {
				return
			}
			_, _ = c.Write([]byte(a))
		}
	}
}

// readRequest reads a head without a body.
func readRequest(br *bufio.Reader) bool {
	for {
		line, err := br.ReadString('\n')
		if err != nil {
			return false
		}
		if line == "\r\n" {
			return true
		}
	}
}

func user(tb testing.TB, cfg *Config) *Client {
	c := NewClient(cfg)
	tb.Cleanup(c.Close)
	return c
}

func request(tb testing.TB, method, url string) *Request {
	tb.Helper()
	o, uri, err := ParseURL(url)
	if err != nil {
		tb.Fatal(err)
	}
	return &Request{Method: method, Origin: o, URI: uri}
}

func get(tb testing.TB, url string) *Request { tb.Helper(); return request(tb, "GET", url) }

// do sends and expects no error.
func do(tb testing.TB, c *Client, r *Request) *Response {
	tb.Helper()
	w := &Response{}
	if err := c.Do(r, w); err != nil {
		tb.Fatalf("%s %s: %v", r.Method, r.URI, err)
	}
	check(tb, w)
	return w
}

// check holds of every response.
func check(tb testing.TB, w *Response) {
	tb.Helper()
	p := w.Phases
	for _, d := range []time.Duration{p.DNS, p.Connect, p.TLS, p.Send, p.Wait, p.Receive} {
		if d < 0 {
			tb.Errorf("negative phase: %+v", p)
		}
	}
	if sum := p.DNS + p.Connect + p.TLS + p.Send + p.Wait + p.Receive; sum > w.Elapsed() {
		tb.Errorf("phases sum up to %v, but the request took %v: %+v", sum, w.Elapsed(), p)
	}
	if w.Sent.IsZero() || w.Done.Before(w.Sent) {
		tb.Errorf("sent %v, done %v", w.Sent, w.Done)
	}
}

// fails sends and returns the text of the error.
func fails(tb testing.TB, c *Client, r *Request) (string, *Response) {
	tb.Helper()
	w := &Response{}
	err := c.Do(r, w)
	if err == nil {
		tb.Fatalf("%s %s: no error but status %d", r.Method, r.URI, w.Status)
	}
	check(tb, w)
	if w.Status != 0 || w.Body != nil || w.Header != "" {
		tb.Errorf("after an error: %+v", w)
	}
	return err.Error(), w
}

// target runs an HTTP handler and returns its base URL.
func target(tb testing.TB, h http.HandlerFunc) string {
	tb.Helper()
	s := httptest.NewServer(h)
	tb.Cleanup(s.Close)
	return s.URL
}

func equal[T comparable](tb testing.TB, what string, got, want T) {
	tb.Helper()
	if got != want {
		tb.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func contains(tb testing.TB, s, part string) {
	tb.Helper()
	if !strings.Contains(s, part) {
		tb.Errorf("no %q in %q", part, s)
	}
}
