package bridge

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"
)

func TestUsualHead(t *testing.T) {
	for head, want := range map[string]*framing{
		"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n":                          {status: 200, length: 12, http11: true},
		"HTTP/1.1 404\r\nDate: x\r\ncontent-length:0\r\n\r\n":                    {status: 404, length: 0, http11: true},
		"HTTP/1.1 200 OK\r\nCONTENT-ENCODING: br\r\nContent-Length: 7\r\n\r\n":   {status: 200, length: 7, encoding: "br", http11: true},
		"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 7\r\n\r\n":        {status: 200, length: 7, cookies: true, http11: true},
		"HTTP/1.1 200 OK\r\n\r\n":                                                nil, // ends with the connection
		"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n":                           nil,
		"HTTP/1.1  200 OK\r\nContent-Length: 1\r\n\r\n":                          nil,
		"HTTP/1.1 2000\r\nContent-Length: 1\r\n\r\n":                             nil,
		"HTTP/1.1 209\rOK\r\nContent-Length: 1\r\n\r\n":                          nil,
		"HTTP/1.1 20\r\nContent-Length: 1\r\n\r\n":                               nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n":      nil,
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n":                          nil,
		"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n":                          nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1 \r\n\r\n":                          {status: 200, length: 1, http11: true},
		"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n":                             nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1234567890123456\r\n\r\n":            nil,
		"HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n":                          nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n":      nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nconnection: Keep-Alive\r\n\r\n": nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: x\r\n\r\n":   nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nA: b\r\n c\r\n\r\n":             nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nA: b\x00c\r\n\r\n":              nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nA: b\rc\r\n\r\n":                nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n: b\r\n\r\n":                    nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nno colon\r\n\r\n":               nil,
	} {
		var got framing
		if ok := got.usual([]byte(head)); ok != (want != nil) {
			t.Errorf("%q: %v", head, ok)
		} else if ok && got != *want {
			t.Errorf("%q: %+v, want %+v", head, got, *want)
		}
	}
}

// What is read the short way is what fasthttp reads.
func FuzzUsualHead(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nSet-Cookie: a=b\r\nContent-Encoding: gzip\r\n\r\n")
	f.Add(strings.TrimSuffix(benchAnswer, "Server OK"))
	f.Fuzz(func(t *testing.T, head string) {
		probe := &flight{}
		if n := probe.headEnd([]byte(head), 0); n != len(head) || probe.bare {
			return // parse does not ask then
		}
		var got framing
		if !got.usual([]byte(head)) {
			return
		}
		var h fasthttp.ResponseHeader
		if err := h.Read(bufio.NewReaderSize(bytes.NewReader([]byte(head)), len(head)+16)); err != nil {
			t.Fatalf("%q: fasthttp: %v", head, err)
		}
		if want := framingOf(&h); got != want {
			t.Fatalf("%q: %+v, fasthttp has %+v", head, got, want)
		}
	})
}
