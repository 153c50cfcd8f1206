package bridge

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// h2Target runs a handler behind net/http's HTTP/2 server and returns its base URL and a configuration that trusts it.
func h2Target(tb testing.TB, h http.HandlerFunc) (url string, cfg *Config) {
	tb.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.Config.ErrorLog = quiet
	s.StartTLS()
	tb.Cleanup(s.Close)
	insecure, _ := TLSFiles{Insecure: true}.Config()
	return s.URL, &Config{TLS: insecure, HTTPVersion: "auto"}
}

// several answers as the path says.
func several(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Proto", r.Proto)
	switch r.URL.Path {
	case "/echo":
		w.Header().Add("X-Multi", "a")
		w.Header().Add("X-Multi", "b")
		_, _ = fmt.Fprintf(w, "%s %s %s %q %s", r.Method, r.Host, r.RequestURI, r.Header.Get("X-Mine"), body)
	case "/large":
		n, _ := strconv.Atoi(r.URL.RawQuery)
		_, _ = io.WriteString(w, strings.Repeat("x", n))
	case "/length":
		w.Header().Set("Content-Length", r.URL.RawQuery)
		n, _ := strconv.Atoi(r.URL.RawQuery)
		_, _ = io.WriteString(w, strings.Repeat("x", n))
	case "/count":
		_, _ = fmt.Fprint(w, len(body))
	case "/status":
		n, _ := strconv.Atoi(r.URL.RawQuery)
		w.WriteHeader(n)
	case "/early":
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusContinue)
		_, _ = io.WriteString(w, "final")
	case "/trailer":
		w.Header().Set("Trailer", "X-After")
		_, _ = io.WriteString(w, "body")
		w.Header().Set("X-After", "late")
	case "/gzip":
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, strings.Repeat("zipped", 10000))
		_ = z.Close()
	case "/badgzip":
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, "no")
	case "/set":
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b", Path: "/"})
	case "/cookie":
		_, _ = io.WriteString(w, r.Header.Get("Cookie"))
	case "/to":
		http.Redirect(w, r, r.URL.RawQuery, http.StatusFound)
	case "/abort":
		panic(http.ErrAbortHandler)
	case "/half":
		_, _ = io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	case "/slow":
		time.Sleep(20 * time.Millisecond)
		_, _ = io.WriteString(w, "o")
		w.(http.Flusher).Flush()
		time.Sleep(20 * time.Millisecond)
		_, _ = io.WriteString(w, "k")
	case "/hang":
		<-r.Context().Done()
	}
}

func TestHTTP2(t *testing.T) {
	url, cfg := h2Target(t, several)
	c := user(t, cfg)
	r := request(t, "POST", url+"/echo?q")
	r.Body, r.Header = []byte("hello"), []Field{{"X-Mine", "yes"}, {"Connection", "close"}}
	for i := range 3 {
		w := do(t, c, r)
		equal(t, "status", w.Status, 200)
		equal(t, "protocol", w.Proto, "HTTP/2.0")
		equal(t, "body", string(w.Body), "POST "+url[8:]+` /echo?q "yes" hello`)
		equal(t, "header", w.Header.Get("X-Proto"), "HTTP/2.0")
		equal(t, "two values", strings.Join(w.Header.Values("X-Multi"), " "), "a b")
		equal(t, "reused", w.Reused, i > 0)
		equal(t, "bytes", w.BytesIn > 0 && w.BytesOut > 0 && w.BytesIn < 5000, true)
		equal(t, "TLS", w.TLS().NegotiatedProtocol, "h2")
		equal(t, "address", "https://"+w.RemoteAddr().String(), url)
		equal(t, "size", w.Size, int64(len(w.Body)))
	}
	equal(t, "connections", len(c.multi.conns), 1)
	equal(t, "no buffers while idle", c.multi.conns[0].codec == nil && c.multi.conns[0].cn.wire == nil, true)
}

func TestHTTP2Answers(t *testing.T) {
	url, cfg := h2Target(t, several)
	c := user(t, cfg)
	for _, tc := range []struct {
		method, uri string
		status      int
		body        string
		size        int
	}{
		{"GET", "/large?0", 200, "", 0}, {"GET", "/large?5", 200, "xxxxx", 5}, {"GET", "/large?20000000", 200, "", 20000000},
		{"GET", "/length?100000", 200, "", 100000}, {"HEAD", "/length?100000", 200, "", 0}, {"GET", "/status?204", 204, "", 0},
		{"GET", "/status?304", 304, "", 0}, {"GET", "/status?500", 500, "", 0}, {"GET", "/early", 200, "final", 5},
		{"GET", "/trailer", 200, "body", 4}, {"GET", "/gzip", 200, "", 60000},
	} {
		for _, discard := range []bool{false, true} {
			r := request(t, tc.method, url+tc.uri)
			r.Discard = discard
			w := do(t, c, r)
			equal(t, tc.uri+": status", w.Status, tc.status)
			if discard {
				equal(t, tc.uri+": no body", w.Body == nil, true)
				equal(t, tc.uri+": size", w.Size, w.WireSize)
				continue
			}
			if tc.body != "" {
				equal(t, tc.uri+": body", string(w.Body), tc.body)
			}
			equal(t, tc.uri+": size", w.Size, int64(tc.size))
			equal(t, tc.uri+": length", len(w.Body), tc.size)
			equal(t, tc.uri+": trailer", w.Header.Get("X-After"), "")
		}
	}
	equal(t, "connections", len(c.multi.conns), 1)
	do(t, c, get(t, url+"/set"))
	equal(t, "cookie", string(do(t, c, get(t, url+"/cookie")).Body), "a=b")
}

func TestHTTP2LargeUpload(t *testing.T) {
	url, cfg := h2Target(t, several)
	c, r := user(t, cfg), request(t, "POST", url+"/count")
	for _, n := range []int{1, 65535, 65536, 300_000, 10 << 20} {
		r.Body = make([]byte, n)
		equal(t, "received", string(do(t, c, r).Body), strconv.Itoa(n))
	}
	r.Header = []Field{{"X-Long", strings.Repeat("l", 60_000)}} // more than one frame
	equal(t, "with a long head", do(t, c, r).Status, 200)
}

func TestHTTP2Limit(t *testing.T) {
	url, cfg := h2Target(t, several)
	cfg.MaxBody = 1000
	c := user(t, cfg)
	for uri, size := range map[string]int64{"/large?100000": 100000, "/length?100000": 100000, "/gzip": 60000} {
		w := do(t, c, get(t, url+uri))
		equal(t, uri+": kept", len(w.Body), 1000)
		equal(t, uri+": size", w.Size, size)
		equal(t, uri+": cut", w.Truncated, true)
	}
}

func TestHTTP2Errors(t *testing.T) {
	url, cfg := h2Target(t, several)
	c := user(t, cfg)
	for uri, want := range map[string]string{
		"/abort":   "ConnectionError('server reset the stream: INTERNAL_ERROR')",
		"/half":    "ConnectionError('server reset the stream: INTERNAL_ERROR')",
		"/badgzip": "InvalidResponse('the gzip body cannot be decoded')",
	} {
		got, _ := fails(t, c, get(t, url+uri))
		equal(t, uri, got, want)
	}
	r := get(t, url+"/hang")
	r.Timeout = 30 * time.Millisecond
	got, w := fails(t, c, r)
	equal(t, "timeout", got, "ReadTimeout('no complete response within 30ms')")
	equal(t, "not early", w.Elapsed() >= r.Timeout, true)
	equal(t, "goes on", do(t, c, get(t, url+"/echo")).Status, 200)
}

func TestHTTP2Choice(t *testing.T) {
	url, cfg := h2Target(t, several)
	insecure := cfg.TLS
	old := secure(t, nil) // HTTP/1.1 only
	for _, tc := range []struct{ version, url, want string }{
		{"", url, "HTTP/1.1"}, {"1.1", url, "HTTP/1.1"}, {"auto", url, "HTTP/2.0"}, {"2", url, "HTTP/2.0"}, {"auto", old, "HTTP/1.1"},
	} {
		c := user(t, &Config{TLS: insecure, HTTPVersion: tc.version})
		for i := range 2 {
			w := do(t, c, get(t, tc.url+"/echo"))
			equal(t, tc.version+" with "+tc.url, w.Proto, tc.want)
			equal(t, "reused", w.Reused, i > 0)
		}
	}
	got, _ := fails(t, user(t, &Config{TLS: insecure, HTTPVersion: "2"}), get(t, old))
	contains(t, got, "TLSError('server ")

	plain := httptest.NewUnstartedServer(http.HandlerFunc(several))
	plain.Config.Protocols = new(http.Protocols)
	plain.Config.Protocols.SetUnencryptedHTTP2(true)
	plain.Start()
	defer plain.Close()
	w := do(t, user(t, &Config{HTTPVersion: "2"}), get(t, plain.URL+"/echo"))
	equal(t, "without TLS", w.Proto, "HTTP/2.0")
	got, _ = fails(t, user(t, &Config{HTTPVersion: "2"}), get(t, "http://"+answering(t, ok)))
	equal(t, "to a server without", got, "InvalidResponse('the server does not speak HTTP/2')")
	equal(t, "auto without TLS", do(t, user(t, &Config{HTTPVersion: "auto"}), get(t, "http://"+answering(t, ok))).Proto, "HTTP/1.1")

	from := do(t, user(t, cfg), get(t, url+"/to?"+old+"/x"))
	equal(t, "redirected to HTTP/1.1", from.Proto+" "+from.URL(), "HTTP/1.1 "+old+"/x")
}

func TestHTTP2Times(t *testing.T) {
	const pause = 20 * time.Millisecond
	url, cfg := h2Target(t, several)
	c := user(t, cfg)
	for range 3 {
		begin := time.Now()
		w := do(t, c, get(t, url+"/slow"))
		total := time.Since(begin)
		equal(t, "wait is at least the pause", w.Phases.Wait >= pause, true)
		equal(t, "receive is most of the pause", w.Phases.Receive > pause/2, true)
		equal(t, "measured no more than passed", w.Elapsed() <= total, true)
		equal(t, "measured nearly all", w.Elapsed() >= 2*pause, true)
	}
}

// Parallel requests of a user share a connection; some are slow, some time out, and nobody waits for another one.
func TestHTTP2Siblings(t *testing.T) {
	url, cfg := h2Target(t, several)
	var opened atomic.Int32
	for range 4 {
		c := NewClient(cfg)
		opened.Add(1)
		do(t, c, get(t, url+"/echo"))
		var all sync.WaitGroup
		for i := range 8 {
			twin := c.Sibling()
			all.Go(func() {
				defer twin.Close()
				for j := range 10 {
					r, w := get(t, url+[]string{"/echo", "/slow", "/gzip", "/large?200000", "/hang"}[(i+j)%5]), &Response{}
					r.Timeout = 10 * time.Second
					if r.URI == "/hang" {
						r.Timeout = 15 * time.Millisecond
					}
					err := twin.Do(r, w)
					check(t, w)
					if w.Phases.Connect > 0 {
						opened.Add(1)
					}
					if r.URI == "/hang" {
						equal(t, "error", fmt.Sprint(err), "ReadTimeout('no complete response within 15ms')")
					} else if err != nil || w.Status != 200 || w.Size == 0 {
						t.Errorf("%s: %v, %d, %d bytes", r.URI, err, w.Status, w.Size)
					}
				}
			})
		}
		all.Wait()
		c.Close()
	}
	if n := opened.Load(); n != 4 {
		t.Errorf("4 users opened %d connections", n)
	}
}

func TestHTTP2Close(t *testing.T) {
	reached := make(chan bool, 10)
	url, cfg := h2Target(t, func(w http.ResponseWriter, r *http.Request) {
		reached <- true
		if r.URL.Path == "/body" {
			_, _ = io.WriteString(w, "begun")
			w.(http.Flusher).Flush()
		}
		if r.URL.Path != "/ok" {
			<-r.Context().Done()
		}
	})
	for _, uri := range []string{"/wait", "/body", "/upload"} {
		c := user(t, cfg)
		r := request(t, "POST", url+uri)
		if uri == "/upload" {
			r.Body = make([]byte, 8<<20)
		}
		go func() { <-reached; c.Close() }()
		equal(t, uri, c.Do(r, &Response{}), ErrClosed)
		equal(t, uri+": after Close", c.Do(r, &Response{}), ErrClosed)
	}
	c := user(t, cfg)
	twin, other := c.Sibling(), c.Sibling()
	go func() { <-reached; twin.Close() }()
	equal(t, "sibling", twin.Do(get(t, url+"/wait"), &Response{}), ErrClosed)
	equal(t, "goes on", do(t, other, get(t, url+"/ok")).Reused, true)
	<-reached
	other.Close()
	equal(t, "goes on", do(t, c, get(t, url+"/ok")).Reused, true)
	c.CloseIdle()
	equal(t, "after CloseIdle", do(t, c, get(t, url+"/ok")).Reused, false)
}

func TestHTTP2CloseStorm(t *testing.T) {
	url, cfg := h2Target(t, several)
	var done sync.WaitGroup
	for i := range 30 {
		c := NewClient(cfg)
		for range 2 {
			twin := c.Sibling()
			done.Go(func() {
				for {
					if err := twin.Do(get(t, url+"/echo"), &Response{}); errors.Is(err, ErrClosed) {
						return
					} else if err != nil {
						t.Error(err)
						return
					}
				}
			})
			done.Go(func() {
				time.Sleep(time.Duration(i) * 300 * time.Microsecond)
				twin.Close()
			})
		}
		c.Close()
	}
	done.Wait()
}

func TestHTTP2WithoutKeepAlive(t *testing.T) {
	url, cfg := h2Target(t, several)
	cfg.NoKeepAlive = true
	c := user(t, cfg)
	for range 2 {
		w := do(t, c, get(t, url+"/echo"))
		equal(t, "protocol", w.Proto, "HTTP/2.0")
		equal(t, "reused", w.Reused, false)
	}
}

func TestHTTP2Cookies(t *testing.T) {
	url, cfg := h2Target(t, several)
	c := user(t, cfg)
	r := get(t, url+"/to?/set")
	do(t, c, r)
	equal(t, "cookies", named(c.Cookies(r.Origin, "/")), "a=b")
}

func BenchmarkHTTP2(b *testing.B) {
	url, cfg := h2Target(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "Server OK") })
	b.Run("bridge", func(b *testing.B) {
		c, r, w := user(b, cfg), get(b, url+"/"), &Response{}
		b.ReportAllocs()
		for b.Loop() {
			if err := c.Do(r, w); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("net-http", func(b *testing.B) {
		t := &http.Transport{TLSClientConfig: cfg.TLS, ForceAttemptHTTP2: true}
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
	})
}

func TestHTTP2ThroughProxies(t *testing.T) {
	url, _ := h2Target(t, several)
	for _, proxy := range []string{"http://u:p@" + forward(t), "socks5://" + socks(t)} {
		cfg := through(t, proxy)
		cfg.HTTPVersion = "auto"
		c := user(t, cfg)
		equal(t, "protocol", do(t, c, get(t, url+"/echo")).Proto, "HTTP/2.0")
		equal(t, "reused", do(t, c, get(t, url+"/echo")).Reused, true)
	}
	cfg := through(t, "http://"+forward(t))
	cfg.HTTPVersion = "2"
	got, _ := fails(t, user(t, cfg), get(t, "http://example.test/"))
	equal(t, "without TLS", got, "ProxyError('HTTP/2 without TLS cannot go through a forwarding proxy')")
}

// Of a compressed body that is longer than what may be kept, the beginning is decoded.
func TestHTTP2LongCompressed(t *testing.T) {
	noise := make([]byte, 200_000)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	for _, name := range []string{"gzip", "deflate", "br", "zstd"} {
		body := encode(name, string(noise))
		url, cfg := h2Target(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", name)
			_, _ = io.WriteString(w, body)
		})
		cfg.MaxBody = 150_000
		c := user(t, cfg)
		for range 2 {
			w := do(t, c, get(t, url))
			equal(t, name+": the beginning", bytes.HasPrefix(noise, w.Body), true)
			equal(t, name+": not little", len(w.Body) > 1000, true)
			equal(t, name+": cut", w.Truncated, true)
			equal(t, name+": wire size", w.WireSize, int64(len(body)))
		}
	}
}
