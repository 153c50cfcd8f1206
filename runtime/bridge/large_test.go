package bridge

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// Bodies larger than what is taken on a server's word, whole and cut.
func TestLargeBodies(t *testing.T) {
	const size = 3<<20 + 17
	want := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
	url := target(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/length" {
			w.Header().Set("Content-Length", strconv.Itoa(size))
		}
		_, _ = w.Write(want)
	})
	for _, path := range []string{"/length", "/chunked"} {
		w := do(t, user(t, &Config{Timeout: -1}), get(t, url+path))
		equal(t, path+": whole", bytes.Equal(w.Body, want), true)
		equal(t, path+": exact", cap(w.Body), size)
		equal(t, path+": on the socket", w.BytesIn > size && w.BytesOut > 50, true)
		c := user(t, &Config{MaxBody: 2<<20 + 3})
		w = do(t, c, get(t, url+path))
		equal(t, path+": cut", bytes.Equal(w.Body, want[:2<<20+3]), true)
		equal(t, path+": size", w.Size, size)
		equal(t, path+": reused", do(t, c, get(t, url+path)).Reused, true)
	}
}

// A promised length that never comes costs no memory and is an error.
func TestLengthIsOnlyAPromise(t *testing.T) {
	r := get(t, "http://"+serve(t, script("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\nab"))+"/")
	got, _ := fails(t, user(t, &Config{MaxBody: 1 << 60}), r)
	equal(t, "error", got, "ConnectionError('connection closed in the middle of the response')")
}

// A proxy that is itself reached by TLS, for http and (TLS in TLS) for https.
func TestSecureProxy(t *testing.T) {
	cert := newAuthority(t).sign(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	inner := forward(t)
	outer := serve(t, func(c net.Conn) {
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
		pipe(s, s, inner)
	})
	safe := secure(t, &tls.Config{Certificates: []tls.Certificate{cert}})
	for url, want := range map[string]string{"http://example.test/a": "http://example.test/a", safe + "/": "HTTP/1.1 "} {
		c := user(t, through(t, "https://u:p@"+outer))
		equal(t, url, string(do(t, c, get(t, url)).Body), want)
		equal(t, url+": reused", do(t, c, get(t, url)).Reused, true)
	}
	plain := serve(t, func(c net.Conn) { _, _ = io.WriteString(c, strings.Repeat("x", 100)) })
	got, _ := fails(t, user(t, through(t, "https://"+plain)), get(t, "http://example.test/"))
	contains(t, got, "ProxyError('")
}
