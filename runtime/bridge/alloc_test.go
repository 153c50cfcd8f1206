//go:build !race

package bridge

import (
	"strings"
	"testing"
	"time"
	"unsafe"
)

// allocating are requests and what each may allocate on a kept connection: the head of the answer and its body, which the
// caller keeps, and what the kind of answer makes necessary. The bounds are what it was when they were written: whoever
// makes a request cheaper lowers them.
var allocating = []struct {
	name, answer string
	most         float64
	set          func(r *Request)
}{
	{"GET", benchAnswer, 2, nil},
	{"GET with a timeout", benchAnswer, 2, func(r *Request) { r.Timeout = 5 * time.Second }},
	{"GET with fields", benchAnswer, 2, func(r *Request) { r.Header = []Field{{"Accept", "text/plain"}, {"Authorization", "Bearer abc"}} }},
	{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 1, func(r *Request) { r.Method = "HEAD" }},
	{"no body", "HTTP/1.1 204 No Content\r\nServer: bench\r\n\r\n", 1, nil},
	{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nServer OK\r\n0\r\n\r\n", 5, nil},
	{"100 kB", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100_000), 2, nil},
	{"a cookie", "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 9\r\n\r\nServer OK", 15, nil},
	{"POST", benchAnswer, 2, func(r *Request) {
		r.Method, r.Body, r.Header = "POST", []byte("a=b"), []Field{{"Content-Type", FormType}}
	}},
}

// Not under the race detector, which makes pools forget.
func TestAllocations(t *testing.T) {
	for _, test := range allocating {
		c, r, w := user(t, &Config{}), get(t, "http://"+answering(t, test.answer)+"/"), &Response{}
		if test.set != nil {
			test.set(r)
		}
		n := testing.AllocsPerRun(200, func() {
			if err := c.Do(r, w); err != nil {
				t.Error(err)
			}
		})
		if n > test.most {
			t.Errorf("%s allocates %v times, want at most %v", test.name, n, test.most)
		}
	}
}

// BenchmarkDo is the price of each, the server's processor time included.
func BenchmarkDo(b *testing.B) {
	for _, test := range allocating {
		b.Run(test.name, func(b *testing.B) {
			c, r, w := user(b, &Config{}), get(b, "http://"+answering(b, test.answer)+"/"), &Response{}
			if test.set != nil {
				test.set(r)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := c.Do(r, w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestClientIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Client{}); n > 128 {
		t.Errorf("an idle user costs %d bytes", n)
	}
}
