package bridge

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// canned is a connection that takes everything and answers with fixed bytes, a few at a time.
type canned struct {
	net.Conn
	rest []byte
	step int
}

func (c *canned) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), c.step)], c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *canned) Write(p []byte) (int, error)      { return len(p), nil }
func (c *canned) SetDeadline(time.Time) error      { return nil }
func (c *canned) SetReadDeadline(time.Time) error  { return nil }
func (c *canned) SetWriteDeadline(time.Time) error { return nil }
func (c *canned) Close() error                     { return nil }

// Whatever a server sends: no panic, no hang, bounded memory, and either an answer that fits or an *Error.
func FuzzResponse(f *testing.F) {
	for _, s := range []string{
		ok, benchAnswer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\nA: b\r\n\r\n",
		"HTTP/1.1 103 Early\r\n\r\n" + ok, "HTTP/1.0 200\n\nrest", "HTTP/1.1 302 Found\r\nLocation: /x\r\nSet-Cookie: a=b\r\n\r\n",
		encoded("gzip", encode("gzip", "hello")), encoded("deflate", encode("raw deflate", "hello")),
		encoded("br", encode("br", "hello")), chunkedEncoded("zstd", encode("zstd", "hello")),
		"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n",
	} {
		f.Add([]byte(s), byte(0), byte(0))
		f.Add([]byte(s+s), byte(1), byte(3))
	}
	origin, _ := ParseOrigin("http://a.test")
	f.Fuzz(func(t *testing.T, answer []byte, method, step byte) {
		cfg := &Config{MaxBody: 1 << 16, MaxRedirects: 3, Dial: func(context.Context, string, string) (net.Conn, error) {
			return &canned{rest: answer, step: int(step) + 1}, nil
		}}
		c := NewClient(cfg)
		defer c.Close()
		r := &Request{Method: []string{"GET", "HEAD", "POST"}[method%3], Origin: origin, URI: "/"}
		for range 3 {
			w := &Response{}
			err := c.Do(r, w)
			if e := (*Error)(nil); err != nil && !errors.As(err, &e) {
				t.Fatalf("not an *Error: %v", err)
			}
			if err == nil && (w.Status < 100 || w.Status > 999) {
				t.Fatalf("status %d", w.Status)
			}
			if len(w.Body) > 1<<16 || w.Truncated != (w.Size > int64(len(w.Body))) {
				t.Fatalf("%d bytes of %d, truncated: %v", len(w.Body), w.Size, w.Truncated)
			}
			for range w.Header.All() {
			}
		}
	})
}
