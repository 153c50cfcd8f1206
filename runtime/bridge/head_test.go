package bridge

import (
	"strings"
	"testing"
)

// BenchmarkHead is what the head of an answer costs without the socket.
func BenchmarkHead(b *testing.B) {
	cfg, h, w := &Config{}, &hop{method: "GET"}, &Response{}
	nc := &canned{step: 4096}
	cn := newConn(nc, "")
	b.ReportAllocs()
	for b.Loop() {
		nc.rest = []byte(benchAnswer)
		f := cfg.flight(cn)
		if _, err := f.readHead(h, w); err != nil {
			b.Fatal(err)
		}
		cfg.land(f)
	}
}

// Heads that come in pieces of any size, with line ends of any kind.
func TestHeadInPieces(t *testing.T) {
	cfg, h := &Config{}, &hop{method: "GET"}
	for _, tc := range []struct {
		head string
		bare bool
	}{
		{"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\n", false},
		{"HTTP/1.1 200 OK\nA: b\r\nContent-Length: 2\r\n\r\n", true},
		{"HTTP/1.1 200 OK\r\nA: b\nContent-Length: 2\r\n\r\n", true},
		{"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\n\r\n", true},
		{"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\n", true},
		{"\nHTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\n", true},
		{"\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\n", true},
		{"HTTP/1.1 200 OK\r\nA: b" + strings.Repeat("c", 5000) + "\nContent-Length: 2\r\n\r\n", true},
	} {
		for step := 1; step <= len(tc.head)+2 && step < 100; step++ {
			f, w := cfg.flight(newConn(&canned{rest: []byte(tc.head + "ok"), step: step}, "")), &Response{}
			if _, err := f.readHead(h, w); err != nil {
				t.Fatalf("%.40q, %d bytes at a time: %v", tc.head, step, err)
			}
			equal(t, "bare", f.bare, tc.bare)
			equal(t, "A", w.Header.Get("A")[:1], "b")
			body, _ := f.br.Peek(2)
			equal(t, "body", string(body), "ok")
			cfg.land(f)
		}
	}
}
