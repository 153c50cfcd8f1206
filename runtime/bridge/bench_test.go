package bridge

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/valyala/fasthttp"
)

const benchAnswer = "HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Mon, 23 Nov 2026 09:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 9\r\n\r\nServer OK"

// answering is a server that costs as little as possible: a fixed answer to every read.
func answering(tb testing.TB, text string) string { return serve(tb, answer(text)) }

func answer(text string) func(net.Conn) {
	out := []byte(text)
	return func(c net.Conn) {
		b := make([]byte, 4096)
		for {
			if _, err := c.Read(b); err != nil {
				return
			}
			if _, err := c.Write(out); err != nil {
				return
			}
		}
	}
}

func BenchmarkGetBridge(b *testing.B) {
	c, r, w := user(b, &Config{}), get(b, "http://"+answering(b, benchAnswer)+"/"), &Response{}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Do(r, w); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGetNetHTTP(b *testing.B) {
	url := "http://" + answering(b, benchAnswer) + "/"
	t := &http.Transport{}
	defer t.CloseIdleConnections()
	client := &http.Client{Transport: t}
	b.ReportAllocs()
	for b.Loop() {
		r, err := client.Get(url)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
}

func BenchmarkGetFasthttp(b *testing.B) {
	addr := answering(b, benchAnswer)
	client := &fasthttp.HostClient{Addr: addr}
	defer client.CloseIdleConnections()
	r, w := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	r.SetRequestURI("http://" + addr + "/")
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Do(r, w); err != nil {
			b.Fatal(err)
		}
	}
}
