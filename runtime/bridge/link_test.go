package bridge

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"testing"
)

// A link to a server that echoes lines, directly, through proxies and with TLS; its bytes are counted as they were sent.
func TestLink(t *testing.T) {
	echo := func(c net.Conn) { _, _ = io.Copy(c, c) }
	plain := "http://" + serve(t, echo)
	a := newAuthority(t)
	server := a.sign(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	safe := "https://" + serve(t, func(c net.Conn) {
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{server}, NextProtos: []string{"h2", "http/1.1"}})
		if s.Handshake() == nil && s.ConnectionState().NegotiatedProtocol == "http/1.1" {
			echo(s)
		}
	})
	through, err := FixedProxy("http://u:p@" + forward(t))
	if err != nil {
		t.Fatal(err)
	}
	sock, err := FixedProxy("socks5://" + socks(t))
	if err != nil {
		t.Fatal(err)
	}
	roots := &tls.Config{RootCAs: x509.NewCertPool()}
	roots.RootCAs.AddCert(a.cert)
	for _, tt := range []struct {
		name, url string
		cfg       *Config
		exact     bool
	}{
		{"direct", plain, &Config{}, true},
		{"tunnel", plain, &Config{Proxy: through}, false},
		{"socks", plain, &Config{Proxy: sock}, false},
		{"tls", safe, &Config{TLS: roots, HTTPVersion: "auto"}, false},
		{"tls in a tunnel", safe, &Config{TLS: roots, HTTPVersion: "auto", Proxy: through}, false},
	} {
		o, err := ParseOrigin(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		var traffic Traffic
		l, err := tt.cfg.Open(t.Context(), o, &traffic)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		_, _ = io.WriteString(l, "hello\n")
		line, err := bufio.NewReader(l).ReadString('\n')
		if err != nil || line != "hello\n" {
			t.Errorf("%s: %q, %v", tt.name, line, err)
		}
		in, out := traffic.In.Load(), traffic.Out.Load()
		if tt.exact && (in != 6 || out != 6) || in < 6 || out < 6 {
			t.Errorf("%s: %d bytes in, %d out", tt.name, in, out)
		}
		_ = l.Close()
		if _, err := l.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v after Close", tt.name, err)
		}
	}
}

// The end of the context ends a handshake that nobody answers.
func TestLinkCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	addr := serve(t, func(c net.Conn) {
		cancel()
		_, _ = io.Copy(io.Discard, c)
	})
	o, err := ParseOrigin("https://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&Config{}).Open(ctx, o, &Traffic{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
