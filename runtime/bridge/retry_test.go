package bridge

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
)

// A kept connection that the server has closed: found by looking at it, or by the request that fails on it.
func TestKeepAliveRace(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		t.Run(method, func(t *testing.T) {
			closed := make(chan struct{}, 2)
			addr := serve(t, func(c net.Conn) {
				script(ok)(c)
				_ = c.Close()
				closed <- struct{}{}
			})
			c, r := user(t, &Config{}), request(t, method, "http://"+addr+"/")
			do(t, c, r)
			<-closed
			w := do(t, c, r)
			equal(t, "reused", w.Reused, false)
			equal(t, "retried", w.Retried, method == "GET") // POST looked first
		})
	}
}

// Closing after the request came in: GET is sent again, POST may have had an effect.
func TestRetryOnlyIdempotent(t *testing.T) {
	addr := serve(t, func(c net.Conn) {
		br := bufio.NewReader(c)
		readRequest(br)
		_, _ = io.WriteString(c, ok)
		readRequest(br)
	})
	c := user(t, &Config{})
	do(t, c, get(t, "http://"+addr+"/"))
	equal(t, "retried", do(t, c, get(t, "http://"+addr+"/")).Retried, true)
	got, _ := fails(t, c, request(t, "POST", "http://"+addr+"/"))
	equal(t, "error", got, "ConnectionError('connection closed before the response')")
}

// A server that refuses a large upload answers before it has read it.
func TestEarlyAnswer(t *testing.T) {
	addr := serve(t, func(c net.Conn) {
		readRequest(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.CopyN(io.Discard, c, 1<<20) // let the answer arrive before the reset
	})
	r := request(t, "POST", "http://"+addr+"/")
	r.Body = make([]byte, 64<<20)
	equal(t, "status", do(t, user(t, &Config{}), r).Status, 413)
}

func TestTruncated(t *testing.T) {
	long := strings.Repeat("x", 10000)
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + long,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n" + long + "\r\n0\r\n\r\n",
	} {
		c, r := user(t, &Config{MaxBody: 100}), get(t, "http://"+serve(t, script(answer, ok))+"/")
		w := do(t, c, r)
		equal(t, "kept", string(w.Body), long[:100])
		equal(t, "size", w.Size, 10000)
		equal(t, "wire size", w.WireSize, 10000)
		equal(t, "truncated", w.Truncated, true)
		w = do(t, c, r)
		equal(t, "reused", w.Reused, true)
		equal(t, "truncated", w.Truncated, false)
	}
}
