//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"katydid/internal/azurite"
)

// gate stands before Azurite and can be closed, or made to behave as stores do on bad days.
type gate struct {
	t       *testing.T
	url     string // with the account
	address string
	proxy   http.Handler
	puts    atomic.Int64

	mu     sync.Mutex
	server *http.Server // nil while nobody listens
	mood   http.HandlerFunc
}

func newGate(t *testing.T) *gate {
	t.Helper()
	behind, err := url.Parse(azurite.Start(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{t: t, address: "127.0.0.1:" + freePort(t), proxy: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = behind.Scheme, behind.Host
	}}}
	g.open()
	g.url = "http://" + g.address + "/" + azurite.Account
	t.Cleanup(g.shut)
	return g
}

// open listens, at the same address as before.
func (g *gate) open() {
	g.t.Helper()
	ln, err := net.Listen("tcp", g.address)
	if err != nil {
		g.t.Fatal(err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: time.Minute}
	go func(s *http.Server) { _ = s.Serve(ln) }(g.server) // it ends with shut
}

// shut refuses connections from now on and breaks those that there are.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.server != nil {
		_ = g.server.Close()
		g.server = nil
	}
}

// behave sets how requests fare; nil is well.
func (g *gate) behave(mood http.HandlerFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mood = mood
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.puts.Add(1)
	g.mu.Lock()
	mood := g.mood
	g.mu.Unlock()
	if mood == nil {
		mood = g.proxy.ServeHTTP
	}
	mood(w, r)
}

// but lets run.json pass, with which a run begins, and has a mood for all that follows.
func (g *gate) but(mood http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if path.Base(r.URL.Path) == "run.json" {
			g.proxy.ServeHTTP(w, r)
			return
		}
		mood(w, r)
	}
}

// slow waits, and takes 64 KiB a second.
func (g *gate) slow(wait time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(wait)
		r.Body = struct {
			io.Reader
			io.Closer
		}{slowly{r.Body}, r.Body}
		g.proxy.ServeHTTP(w, r)
	}
}

type slowly struct{ io.Reader }

func (s slowly) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b[:min(len(b), 4<<10)])
	time.Sleep(time.Duration(n) * time.Second / (64 << 10))
	return n, err
}

// hanging never answers.
func hanging(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that the client leaves
	<-r.Context().Done()
}

// says answers with a status, and quotes the whole request, as error pages do.
func says(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-ms-error-code", code)
		w.Header().Set("Location", "http://127.0.0.1:1"+r.URL.String())
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, r.URL)
	}
}

// breaking resets the connection in the middle of a body.
func breaking(w http.ResponseWriter, r *http.Request) {
	_, _ = io.ReadFull(r.Body, make([]byte, 10))
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

// wrongTime refuses, with a clock that differs by an hour.
func wrongTime(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
	says(http.StatusForbidden, "AuthenticationFailed")(w, r)
}
