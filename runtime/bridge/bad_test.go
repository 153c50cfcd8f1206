package bridge

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Every way in which a server can fail to answer.
func TestBadAnswers(t *testing.T) {
	for _, tc := range []struct{ name, answer, want string }{
		{"nothing", "", "ConnectionError('connection closed before the response')"},
		{"half a status line", "HTTP/1.1 2", "ConnectionError('connection closed in the middle of the response')"},
		{"half a header", "HTTP/1.1 200 OK\r\nContent-", "ConnectionError('connection closed in the middle of the response')"},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "ConnectionError('connection closed in the middle of the response')"},
		{"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "ConnectionError('connection closed in the middle of the response')"},
		{"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "ConnectionError('connection closed in the middle of the response')"},
		{"no end of trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n", "ConnectionError('connection closed in the middle of the response')"},
		{"only 100", "HTTP/1.1 100 Continue\r\n\r\n", "ConnectionError('connection closed in the middle of the response')"},
		{"not HTTP", "SSH-2.0-OpenSSH_9.9\r\n", "InvalidResponse('the answer is not HTTP')"},
		{"TLS alert", "\x15\x03\x01\x00\x02\x02\x46", "InvalidResponse('the answer is not HTTP')"},
		{"HTTP version", "HTTP/x.1 200 OK\r\n\r\n", "InvalidResponse('unsupported HTTP version')"},
		{"no status", "HTTP/1.1\r\n\r\n", "InvalidResponse('malformed status line')"},
		{"bad status", "HTTP/1.1 2x0 OK\r\n\r\n", "InvalidResponse('malformed status line')"},
		{"status below 100", "HTTP/1.1 099 What\r\n\r\n", "InvalidResponse('malformed status line')"},
		{"bad field", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "InvalidResponse('malformed header')"},
		{"control character", "HTTP/1.1 200 OK\r\nA: b\x00c\r\n\r\n", "InvalidResponse('malformed header')"},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "InvalidResponse('more than one Content-Length')"},
		{"bad length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", "InvalidResponse('malformed header')"},
		{"transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: zip\r\n\r\nok", "InvalidResponse('unsupported Transfer-Encoding')"},
		{"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "InvalidResponse('malformed chunked body')"},
		{"endless header", "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 60000), "InvalidResponse('the header is longer than 256 KiB')"},
		{"endless trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("A: b\r\n", 60000), "InvalidResponse('the trailer is longer than 256 KiB')"},
		{"bad gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", "InvalidResponse('the gzip body cannot be decoded')"},
		{"unknown encoding", "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 2\r\n\r\nok", "InvalidResponse('unknown Content-Encoding: rot13')"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := user(t, &Config{Timeout: 5 * time.Second})
			got, _ := fails(t, c, get(t, "http://"+serve(t, script(tc.answer))+"/"))
			equal(t, "error", got, tc.want)
		})
	}
}

func TestReset(t *testing.T) {
	reset := func(before string) string {
		return serve(t, func(c net.Conn) {
			readRequest(bufio.NewReader(c))
			_, _ = io.WriteString(c, before)
			_ = c.(*net.TCPConn).SetLinger(0)
		})
	}
	c := user(t, &Config{})
	for _, before := range []string{"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"} {
		got, _ := fails(t, c, get(t, "http://"+reset(before)+"/"))
		equal(t, "error", got, "ConnectionError('connection reset by peer')")
	}
}

func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	got, w := fails(t, user(t, &Config{}), get(t, "http://"+addr+"/"))
	equal(t, "error", got, "ConnectionError('connection refused')")
	equal(t, "connect phase was measured", w.Phases.Connect > 0, true)
}

// Failures of system calls, as net wraps them.
func TestSystemErrors(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.EMFILE:        "GeneratorError('too many open files: raise the limit with ulimit -n, or use fewer users')",
		syscall.EADDRNOTAVAIL: "GeneratorError('no free local port or address')",
		syscall.ENETUNREACH:   "ConnectionError('network is unreachable')",
		syscall.EHOSTUNREACH:  "ConnectionError('no route to host')",
		syscall.ETIMEDOUT:     "ConnectionError('connection timed out')",
		syscall.EXDEV:         "ConnectionError('invalid cross-device link')",
	} {
		c := user(t, &Config{Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: fmt.Errorf("socket: %w", errno)}
		}})
		got, _ := fails(t, c, get(t, "http://127.0.0.1:1/"))
		equal(t, "error", got, want)
	}
	flat := &net.DNSError{Err: "dial udp 127.0.0.1:53: socket: too many open files", Name: "a.test"}
	contains(t, generator(flat).Error(), "GeneratorError('too many open files")
}
