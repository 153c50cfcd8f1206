//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/mccutchen/go-httpbin/v2/httpbin"
)

// k6Site are the servers of the conformance suite: httpbin, and below /own/ what it lacks, over HTTP, TLS and HTTP/2.
type k6Site struct {
	urls   map[string]string // by the name that scripts know
	config string            // for --config: hosts, and that nobody has signed the certificates
}

func newK6Site(t *testing.T) *k6Site {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/", httpbin.New())
	for path, h := range ownPages {
		mux.HandleFunc("/own/"+path, h)
	}
	site := &k6Site{urls: map[string]string{}}
	serve := func(name string, start func(*httptest.Server)) *httptest.Server {
		s := httptest.NewUnstartedServer(mux)
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes fail on purpose
		start(s)
		t.Cleanup(s.Close)
		site.urls[name] = s.URL
		return s
	}
	plain := serve("HTTP", (*httptest.Server).Start)
	serve("TLS", (*httptest.Server).StartTLS)
	serve("H2", func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() })
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	site.urls["DEAD"] = "http://" + dead.Addr().String()
	_ = dead.Close()
	site.config = filepath.Join(t.TempDir(), "config.json")
	text, _ := json.Marshal(map[string]any{
		"insecureSkipTLSVerify": true,
		"hosts":                 map[string]string{"site.test:80": plain.Listener.Addr().String()},
	})
	if err := os.WriteFile(site.config, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return site
}

// anonymous takes the ports that the system has picked out of a text.
func (s *k6Site) anonymous(text string) string {
	for name, address := range s.urls {
		u, _ := url.Parse(address)
		text = strings.ReplaceAll(text, u.Host, name)
	}
	return text
}

// ownPages are those that httpbin lacks.
var ownPages = map[string]http.HandlerFunc{
	// echo says what came.
	"echo": func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"method": r.Method, "uri": r.RequestURI, "proto": r.Proto, "host": r.Host, "headers": r.Header, "body": string(body), "length": r.ContentLength,
		})
	},
	// raw answers with ?status, ?type and ?body, and with a header for each ?h=NAME:VALUE.
	"raw": func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		for _, h := range q["h"] {
			name, value, _ := strings.Cut(h, ":")
			w.Header().Add(name, value)
		}
		if kind := q.Get("type"); kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		if status, err := strconv.Atoi(q.Get("status")); err == nil {
			w.WriteHeader(status)
		}
		_, _ = io.WriteString(w, q.Get("body"))
	},
	// slow answers after ?ms.
	"slow": func(w http.ResponseWriter, r *http.Request) {
		ms, _ := strconv.Atoi(r.URL.Query().Get("ms"))
		select {
		case <-time.After(time.Duration(ms) * time.Millisecond):
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, "slow")
	},
	// stall sends a header and a part of the body, and no more for ?ms.
	"stall": func(w http.ResponseWriter, r *http.Request) {
		ms, _ := strconv.Atoi(r.URL.Query().Get("ms"))
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "part")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(time.Duration(ms) * time.Millisecond):
		case <-r.Context().Done():
		}
	},
	"reset": hijacked(func(c net.Conn) {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	}),
	"close":   hijacked(func(net.Conn) {}),
	"garbage": hijacked(func(c net.Conn) { _, _ = io.WriteString(c, "this is no HTTP\r\n\r\n") }),
	"cut":     hijacked(func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart") }),
	// encoded compresses with ?with, in its order.
	"encoded": func(w http.ResponseWriter, r *http.Request) {
		with := r.URL.Query().Get("with")
		body := []byte("some text, and some more text")
		for name := range strings.SplitSeq(with, ", ") {
			var b bytes.Buffer
			var z io.WriteCloser = gzip.NewWriter(&b)
			if name == "br" {
				z = brotli.NewWriter(&b)
			}
			_, _ = z.Write(body)
			_ = z.Close()
			body = b.Bytes()
		}
		w.Header().Set("Content-Encoding", with)
		_, _ = w.Write(body)
	},
	"broken": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, "this is not compressed")
	},
	// chain redirects ?n times, each time with a cookie.
	"chain": func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		if n == 0 {
			_, _ = fmt.Fprintf(w, "%s %s", r.Method, r.Header.Get("Cookie"))
			return
		}
		http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("hop", n), Value: "1", Path: "/"})
		status, _ := strconv.Atoi(r.URL.Query().Get("status"))
		http.Redirect(w, r, fmt.Sprintf("/own/chain?n=%d&status=%d", n-1, status), max(status, 302))
	},
	"cookies": func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "plain", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "full", Value: "two words", Path: "/own", Domain: "127.0.0.1", MaxAge: 60, Secure: false, HttpOnly: true,
			Expires: time.Date(2099, 1, 2, 3, 4, 5, 0, time.UTC)})
		w.Header().Add("Set-Cookie", "full=again")
	},
	"form": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<html><head><title>The form</title></head><body>
<h1 class="top">Head <b>line</b></h1><ul><li id="a">one</li><li>two</li><li>three</li></ul>
<a href="/own/echo?link=1">link</a><a class="second" href="echo?link=2">second</a>
<form method="post" action="/own/echo"><input name="user" value="me"><input type="hidden" name="token" value="t0k">
<select name="pick"><option value="1">a</option><option value="2" selected>b</option></select>
<textarea name="area">text</textarea><input type="submit" name="go" value="Go"></form></body></html>`)
	},
	"forms": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<form id="first" action="/own/echo"></form><form id="second" method="get" action="/own/echo?x=1">
<input name="q" value="w"><button type="submit" id="other" name="b" value="v">B</button></form>`)
	},
}

// hijacked is a page that writes to the connection itself, which is then closed.
func hijacked(do func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler) // HTTP/2 resets the stream
		}
		do(c)
		_ = c.Close()
	}
}
