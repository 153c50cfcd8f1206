//go:build unix

package bridge

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
)

// serverProcess runs this test binary once more, as nothing but the answering server, so that the processor time
// measured in this process is the client's alone. See TestMain.
func serverProcess(b *testing.B, sort string) string {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), asServer+"="+sort)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(addr)
}

func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkUsers has 200 users who send as fast as they can, with each client library in turn. The figure that counts
// is us-cpu/op: processor time of the client for one request.
func BenchmarkUsers(b *testing.B) {
	addr := serverProcess(b, "h1")
	url := "http://" + addr + "/"
	transport := &http.Transport{MaxIdleConnsPerHost: 1000}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	host := &fasthttp.HostClient{Addr: addr, MaxConns: 1000}
	defer host.CloseIdleConnections()
	cfg := &Config{}
	for _, lib := range []struct {
		name string
		user func() (send func() error, end func())
	}{
		{"bridge", func() (func() error, func()) {
			c, r, w := NewClient(cfg), get(b, url), &Response{}
			return func() error { return c.Do(r, w) }, c.Close
		}},
		{"fasthttp", func() (func() error, func()) {
			r, w := &fasthttp.Request{}, &fasthttp.Response{}
			r.SetRequestURI(url)
			return func() error { return host.Do(r, w) }, func() {}
		}},
		{"net-http", func() (func() error, func()) {
			return func() error {
				w, err := client.Get(url)
				if err != nil {
					return err
				}
				defer w.Body.Close()
				_, err = io.ReadAll(w.Body)
				return err
			}, func() {}
		}},
	} {
		b.Run(lib.name, func(b *testing.B) { crowd(b, lib.user) })
	}
}

// BenchmarkHTTP2Users is the same over HTTP/2, where every user has a connection of his own.
func BenchmarkHTTP2Users(b *testing.B) {
	url := "https://" + serverProcess(b, "h2") + "/"
	insecure := &tls.Config{InsecureSkipVerify: true}
	cfg := &Config{TLS: insecure, HTTPVersion: "auto"}
	b.Run("bridge", func(b *testing.B) {
		crowd(b, func() (func() error, func()) {
			c, r, w := NewClient(cfg), get(b, url), &Response{}
			return func() error { return c.Do(r, w) }, c.Close
		})
	})
	b.Run("net-http", func(b *testing.B) {
		crowd(b, func() (func() error, func()) {
			t := &http.Transport{TLSClientConfig: insecure, ForceAttemptHTTP2: true}
			client := &http.Client{Transport: t}
			return func() error {
				w, err := client.Get(url)
				if err != nil {
					return err
				}
				defer w.Body.Close()
				_, err = io.ReadAll(w.Body)
				return err
			}, t.CloseIdleConnections
		})
	})
}

func crowd(b *testing.B, user func() (func() error, func())) {
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	began := processor()
	for range 200 {
		all.Go(func() {
			send, end := user()
			defer end()
			for left.Add(-1) >= 0 {
				if err := send(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64((processor()-began).Microseconds())/float64(b.N), "us-cpu/op")
}
