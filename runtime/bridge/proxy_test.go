package bridge

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
)

// forward is an HTTP proxy that answers plain requests itself and tunnels CONNECT.
func forward(t *testing.T) string {
	return serve(t, func(c net.Conn) {
		br := bufio.NewReader(c)
		for {
			r, err := http.ReadRequest(br)
			if err != nil {
				return
			}
			if r.Header.Get("Proxy-Authorization") != BasicAuth("u", "p") {
				_, _ = io.WriteString(c, "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
				continue
			}
			if r.Method == "CONNECT" {
				_, _ = io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
				pipe(c, br, r.RequestURI)
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: "+strconv.Itoa(len(r.RequestURI))+"\r\n\r\n"+r.RequestURI)
		}
	})
}

func pipe(c net.Conn, from io.Reader, addr string) {
	up, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer up.Close()
	go func() { _, _ = io.Copy(up, from); _ = up.(*net.TCPConn).CloseWrite() }()
	_, _ = io.Copy(c, up)
}

// socks is a SOCKS5 server without authentication (RFC 1928) for IPv4 addresses and names.
func socks(t *testing.T) string {
	return serve(t, func(c net.Conn) {
		b := make([]byte, 300)
		if _, err := io.ReadFull(c, b[:2]); err != nil {
			return
		}
		_, _ = io.ReadFull(c, b[:b[1]])
		_, _ = c.Write([]byte{5, 0})
		_, _ = io.ReadFull(c, b[:4])
		host := ""
		if b[3] == 1 {
			_, _ = io.ReadFull(c, b[:4])
			host = net.IP(b[:4]).String()
		} else {
			_, _ = io.ReadFull(c, b[:1])
			n := int(b[0])
			_, _ = io.ReadFull(c, b[:n])
			host = string(b[:n])
		}
		_, _ = io.ReadFull(c, b[:2])
		if host == "refuse.test" {
			_, _ = c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		pipe(c, c, net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(b)))))
	})
}

func through(t *testing.T, proxy string) *Config {
	t.Helper()
	p, err := FixedProxy(proxy)
	if err != nil {
		t.Fatal(err)
	}
	return &Config{Proxy: p, TLS: &tls.Config{InsecureSkipVerify: true}}
}

func TestProxies(t *testing.T) {
	plain := target(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "direct "+r.RequestURI) })
	safe := secure(t, &tls.Config{Certificates: []tls.Certificate{newAuthority(t).sign(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})}})
	proxy, socks := forward(t), socks(t)
	for _, tc := range []struct{ name, proxy, url, body string }{
		{"forward", "http://u:p@" + proxy, plain + "/a?b", plain + "/a?b"},
		{"CONNECT", "http://u:p@" + proxy, safe, "HTTP/1.1 "},
		{"socks5", "socks5://" + socks, plain + "/a?b", "direct /a?b"},
		{"socks5 and TLS", "socks5://" + socks, safe, "HTTP/1.1 "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := user(t, through(t, tc.proxy))
			equal(t, "body", string(do(t, c, get(t, tc.url)).Body), tc.body)
			equal(t, "reused", do(t, c, get(t, tc.url)).Reused, true)
		})
	}
}

func TestProxyErrors(t *testing.T) {
	proxy := forward(t)
	for _, tc := range []struct{ proxy, url, want string }{
		{"http://" + proxy, "https://example.test/", "ProxyError('CONNECT was answered with 407')"},
		{"http://127.0.0.1:1", "http://example.test/", "ProxyError('connection refused')"},
		{"socks5://127.0.0.1:1", "http://example.test/", "ProxyError('connection refused')"},
		{"socks5://" + socks(t), "http://refuse.test/", "ProxyError('connection refused')"},
		{"http://" + serve(t, func(net.Conn) {}), "https://example.test/", "ProxyError('connection"},
	} {
		got, _ := fails(t, user(t, through(t, tc.proxy)), get(t, tc.url))
		contains(t, got, tc.want)
	}
	w := do(t, user(t, through(t, "http://"+proxy)), get(t, "http://example.test/"))
	equal(t, "a proxy's answer is an answer", w.Status, 407)
	for _, bad := range []string{"ftp://x", "x:1", "http://", "http://[::1"} {
		if _, err := FixedProxy(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestEnvProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://u:p@"+forward(t))
	t.Setenv("NO_PROXY", "")
	c := user(t, &Config{Proxy: EnvProxy()})
	equal(t, "through", string(do(t, c, get(t, "http://example.test/x")).Body), "http://example.test/x")
	loopback := target(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "direct") })
	equal(t, "loopback", string(do(t, c, get(t, loopback)).Body), "direct")
}

func TestIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Logf("no IPv6 here, only the name is tested: %v", err)
		o, _, err := ParseURL("http://[::1]:8080/")
		equal(t, "host", o.Host, "[::1]:8080")
		equal(t, "error", err, nil)
		return
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) })}
	go func() { _ = s.Serve(l) }()
	defer s.Close()
	w := do(t, user(t, &Config{}), get(t, "http://"+l.Addr().String()+"/"))
	equal(t, "host", string(w.Body), l.Addr().String())
}
