package bridge

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// readRecord reads one record of TLS; what is left unread would make closing a reset.
func readRecord(c net.Conn) {
	head := make([]byte, 5)
	_, _ = io.ReadFull(c, head)
	_, _ = io.CopyN(io.Discard, c, int64(head[3])<<8+int64(head[4]))
}

// What k6 says to the same servers.
func TestCode(t *testing.T) {
	a := newAuthority(t)
	ca, _ := a.write(t, tls.Certificate{Certificate: [][]byte{a.cert.Raw}, PrivateKey: a.key})
	trusting, err := TLSFiles{CA: ca}.Config()
	if err != nil {
		t.Fatal(err)
	}
	insecure := &tls.Config{InsecureSkipVerify: true}
	local := []net.IP{net.IPv4(127, 0, 0, 1)}
	wrong := a.sign(t, &x509.Certificate{DNSNames: []string{"a.test"}})
	expired := a.sign(t, &x509.Certificate{IPAddresses: local, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	resets := func(before string) string {
		return "http://" + serve(t, func(c net.Conn) {
			readRequest(bufio.NewReader(c))
			_, _ = io.WriteString(c, before)
			_ = c.(*net.TCPConn).SetLinger(0)
		})
	}
	hang := make(chan struct{})
	defer close(hang)
	silent := serve(t, func(net.Conn) { <-hang })
	plain := target(t, func(http.ResponseWriter, *http.Request) {})
	says := func(s string) string { return "http://" + serve(t, script(s)) }
	multiplexed := func(answer func(p *peer, id uint32)) string {
		return frames(t, func(p *peer) {
			answer(p, p.request())
			_ = p.nc.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, p.nc)
		})
	}
	slow := &Dialer{Timeout: 20 * time.Millisecond, Lookup: func(ctx context.Context, _ string) ([]netip.Addr, error) {
		<-hang
		return nil, errors.New("too late")
	}}
	for _, tc := range []struct {
		url  string
		cfg  *Config
		code int
		text string
	}{
		{"http://127.0.0.1:1/", &Config{}, 1212, "dial: connection refused"},
		{resets(""), &Config{}, 1220, "read: connection reset by peer"},
		{says(""), &Config{}, 1000, "EOF"},
		{says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"), &Config{}, 1000, "unexpected EOF"},
		{"http://" + silent, &Config{Timeout: 50 * time.Millisecond}, 1050, "request timeout"},
		{"https://" + silent, &Config{Timeout: 50 * time.Millisecond}, 1050, "request timeout"},
		{"http://a.test", &Config{Dial: slow.DialContext}, 1211, "dial: i/o timeout"},
		{"http://a.test", nameServer(t, 3), 1101, "lookup: no such host"},
		{"http://a.test", nameServer(t, 2), 1100, "lookup: server misbehaving"},
		{"http://a.bad.test", &Config{Dial: (&Dialer{BlockHostnames: []string{"*.bad.test"}}).DialContext}, 1111, "hostname is blocked"},
		{"http://127.0.0.1:1", &Config{Dial: (&Dialer{Blacklist: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}).DialContext}, 1110, "ip is blacklisted"},
		{says("SSH-2.0\r\n\r\n"), &Config{}, 1000, "the answer is not HTTP"},
		{says(encoded("gzip", "ok")), &Config{}, 1701, "error decompressing response body (unexpected EOF)"},
		{"https" + strings.TrimPrefix(plain, "http"), &Config{}, 1301, "tls: first record does not look like a TLS handshake"},
		{"https://" + serve(t, readRecord), &Config{}, 1000, "EOF"},
		{secure(t, nil), &Config{}, 1310, "x509: unknown authority"},
		{secure(t, &tls.Config{Certificates: []tls.Certificate{wrong}}), &Config{TLS: trusting}, 1311, "x509: certificate doesn't match hostname"},
		{secure(t, &tls.Config{Certificates: []tls.Certificate{expired}}), &Config{TLS: trusting}, 1000, "x509: certificate has expired or is not yet valid"},
		{secure(t, &tls.Config{MaxVersion: tls.VersionTLS10}), &Config{TLS: insecure}, 1010, "remote error: tls: protocol version not supported"},
		{secure(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert}), &Config{TLS: insecure}, 1010, "remote error: tls: certificate required"},
		{multiplexed(func(p *peer, id uint32) { _ = p.WriteGoAway(id, http2.ErrCodeEnhanceYourCalm, nil) }), &Config{HTTPVersion: "2"}, 1622, "http2: received GoAway with http2 ErrCode ENHANCE_YOUR_CALM"},
		{multiplexed(func(p *peer, id uint32) { _ = p.WriteRSTStream(id, http2.ErrCodeInternal) }), &Config{HTTPVersion: "2"}, 1633, "http2: stream error with http2 ErrCode INTERNAL_ERROR"},
		{multiplexed(func(p *peer, id uint32) { _ = p.WriteRSTStream(id, 99) }), &Config{HTTPVersion: "2"}, 1630, "http2: stream error with http2 ErrCode unknown error code 0x63"},
		{multiplexed(func(p *peer, _ uint32) { _ = p.WriteWindowUpdate(0, 1<<31-1) }), &Config{HTTPVersion: "2"}, 1654, "http2: connection error with http2 ErrCode FLOW_CONTROL_ERROR"},
		{multiplexed(func(p *peer, id uint32) { p.head(id, true, "a", "b") }), &Config{HTTPVersion: "2"}, 1632, "http2: stream error with http2 ErrCode PROTOCOL_ERROR"},
	} {
		err := user(t, tc.cfg).Do(get(t, tc.url), &Response{})
		code, text := Code(err)
		equal(t, tc.url, fmt.Sprint(code, " ", text), fmt.Sprint(tc.code, " ", tc.text))
	}
}

func TestCodeOfOthers(t *testing.T) {
	_, _, invalid := ParseURL("ftp://x")
	for _, tc := range []struct {
		err  error
		want string
	}{
		{nil, "0 "}, {invalid, "1020 ftp://x: scheme must be http or https"}, {errors.New("other"), "1000 other"},
		{connectionFailure(&net.OpError{Op: "write", Err: syscall.EPIPE}), "1201 write: broken pipe"},
		{connectionFailure(&net.OpError{Op: "dial", Err: syscall.ENETUNREACH}), "1213 dial: network is unreachable"},
		{connectionFailure(&net.OpError{Op: "dial", Err: syscall.ETIMEDOUT}), "1211 dial: i/o timeout"},
		{generator(&net.OpError{Op: "dial", Err: syscall.EMFILE}), "1213 dial: too many open files"},
		{connectionFailure(syscall.ECONNABORTED), "1202 read: software caused connection abort"},
		{ErrClosed, "1000 the request was ended because the user was stopped"},
	} {
		code, text := Code(tc.err)
		equal(t, "code", fmt.Sprint(code, " ", text), tc.want)
	}
}
