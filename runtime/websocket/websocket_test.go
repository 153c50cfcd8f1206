package websocket

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"katydid/internal/wsecho"
	"katydid/runtime/bridge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t testing.TB) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(wsecho.Serve))
	t.Cleanup(s.Close)
	return s.URL
}

func request(t testing.TB, url string) *Request {
	t.Helper()
	o, uri, err := bridge.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	return &Request{Origin: o, URI: uri}
}

func dial(t testing.TB, r *Request) *Conn {
	t.Helper()
	c, a, err := Dial(t.Context(), &bridge.Config{}, &bridge.Traffic{}, r)
	if err != nil {
		t.Fatal(err, a)
	}
	t.Cleanup(c.Close)
	return c
}

// told is what Next gives, as text.
func told(c *Conn) string {
	m, err := c.Next()
	if err != nil {
		return err.Error()
	}
	data := string(m.Data)
	if len(data) > 20 {
		data = fmt.Sprintf("%s... %d", data[:5], len(data))
	}
	return [...]string{Text: "text ", Binary: "binary ", Ping: "ping ", Pong: "pong "}[m.Kind] + data
}

// What a connection brings for one message, up to its end where the server ends it.
func TestConversations(t *testing.T) {
	url := serve(t)
	big := strings.Repeat("0123456789", 300_000)
	tests := []struct {
		path, send string
		want       []string
	}{
		{"/echo", "hi", []string{"text hi"}},
		{"/echo", "", []string{"text "}},
		{"/echo", strings.Repeat("x", 126), []string{"text xxxxx... 126"}},
		{"/echo", strings.Repeat("x", 1<<16), []string{"text xxxxx... 65536"}},
		{"/echo", big, []string{"text 01234... 3000000"}},
		{"/ping", "hi", []string{"ping hey", "text hi"}},
		{"/pieces?n=3", "abcdef", []string{"ping mid", "ping mid", "text abcdef", "ping mid"}},
		{"/pieces?n=4", big, []string{"ping mid", "ping mid", "ping mid", "text 01234... 3000000"}},
		{"/close?code=1000&reason=bye", "x", []string{"websocket: close 1000 (normal): bye"}},
		{"/close?code=1001", "x", []string{"websocket: close 1001 (going away)"}},
		{"/close?code=4000&reason=bye", "x", []string{"websocket: close 4000: bye"}},
		{"/close", "x", []string{"websocket: close 1005 (no status)"}},
		{"/drop", "x", []string{"websocket: close 1006 (abnormal closure): unexpected EOF"}},
		{"/bad", "x", []string{"websocket: close 1006 (abnormal closure): use of reserved op code"}},
		{"/masked", "x", []string{"websocket: close 1006 (abnormal closure): frames from server to client must be not masked"}},
		{"/huge", "x", []string{"websocket: close 1006 (abnormal closure): a message has more than 33554432 bytes"}},
	}
	for _, tt := range tests {
		c := dial(t, request(t, url+tt.path))
		if err := c.Send(Text, []byte(tt.send)); err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.want {
			if got := told(c); got != want {
				t.Errorf("%s: %s, want %s", tt.path, got, want)
			}
		}
		c.Leave()
		if _, err := c.Next(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v after Leave", tt.path, err)
		}
	}
}

// Messages of many sizes come back as they were through compression, whole or not.
func TestDeflate(t *testing.T) {
	r := request(t, serve(t)+"/deflate")
	r.Deflate = true
	c := dial(t, r)
	if c.Extensions == "" || !c.deflate {
		t.Fatalf("extensions %q", c.Extensions)
	}
	for _, size := range []int{0, 1, 100, 1 << 20} {
		data := bytes.Repeat([]byte("ab"), size)
		if err := c.Send(Binary, data); err != nil {
			t.Fatal(err)
		}
		m, err := c.Next()
		if err != nil || m.Kind != Binary || !bytes.Equal(m.Data, data) {
			t.Fatalf("%d bytes: %v, %d bytes", len(data), err, len(m.Data))
		}
	}
}

// A server that does not compress is talked to without.
func TestDeflateRefused(t *testing.T) {
	r := request(t, serve(t)+"/echo")
	r.Deflate = true
	c := dial(t, r)
	_ = c.Send(Text, []byte("plain"))
	if got := told(c); got != "text plain" || c.deflate {
		t.Error(got, c.deflate)
	}
}

func TestCompressed(t *testing.T) {
	for _, bad := range [][]byte{{0xff, 0xff}, []byte("no deflate")} {
		if _, err := decompress(bad); err == nil {
			t.Errorf("%x can be decompressed", bad)
		}
	}
	if _, err := decompress(compress(make([]byte, maxMessage+1))); !errors.Is(err, tooBig) {
		t.Error(err)
	}
}

// The handshake: what is sent, what the server chooses, refusals.
func TestHandshake(t *testing.T) {
	url := serve(t)
	r := request(t, url+"/head?q=1")
	r.Header, r.Protocols = http.Header{"X-Own": {"1"}, "User-Agent": {"me"}}, []string{"a", "b"}
	c := dial(t, r)
	_ = c.Send(Text, nil)
	m, err := c.Next()
	var head http.Header
	if err != nil || json.Unmarshal(m.Data, &head) != nil {
		t.Fatal(err, string(m.Data))
	}
	for name, want := range map[string]string{
		"X-Own": "1", "User-Agent": "me", "Sec-Websocket-Protocol": "a, b", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-Websocket-Version": "13",
	} {
		if got := head.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if c.Protocol != "b" {
		t.Errorf("protocol %q", c.Protocol)
	}
	_, a, err := Dial(t.Context(), &bridge.Config{}, &bridge.Traffic{}, request(t, url+"/no"))
	if !errors.Is(err, ErrHandshake) || a.Status != 403 || a.Reason != "Forbidden" || string(a.Body) != "go away" || a.Header.Get("X-Why") != "no" {
		t.Error(err, a)
	}
	_, a, err = Dial(t.Context(), &bridge.Config{}, &bridge.Traffic{}, request(t, url+"/lie"))
	if !errors.Is(err, ErrHandshake) || a.Status != 101 {
		t.Error(err, a)
	}
}

// A close of ours is answered; nothing can be sent after it.
func TestShut(t *testing.T) {
	c := dial(t, request(t, serve(t)+"/echo"))
	if err := c.Shut(4001, "why", true); err != nil {
		t.Fatal(err)
	}
	if err := c.Send(Text, nil); !errors.Is(err, ErrCloseSent) {
		t.Error(err)
	}
	if err := c.Shut(1000, "", true); !errors.Is(err, ErrCloseSent) {
		t.Error(err)
	}
	if got := told(c); got != "websocket: close 4001: why" {
		t.Error(got)
	}
}

// Pings are answered by the server with what they carry, and counted messages are counted when they are written.
func TestPingAndCount(t *testing.T) {
	var sent atomic.Int64
	r := request(t, serve(t)+"/echo")
	r.Sent = func() { sent.Add(1) }
	traffic := &bridge.Traffic{}
	c, _, err := Dial(t.Context(), &bridge.Config{}, traffic, r)
	if err != nil {
		t.Fatal(err)
	}
	shaken := traffic.Out.Load()
	_ = c.Ping([]byte("p1"), false)
	_ = c.Ping([]byte("p2"), true)
	_ = c.Send(Binary, []byte("abc"))
	for _, want := range []string{"pong p1", "pong p2", "binary abc"} {
		if got := told(c); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	_ = c.Shut(1000, "", false)
	c.Leave()
	_, _ = c.Next()
	if n := sent.Load(); n != 2 {
		t.Errorf("%d counted", n)
	}
	// Headers of 2 bytes, masks of 4.
	if out := traffic.Out.Load() - shaken; out != 8+8+9+8 {
		t.Errorf("%d bytes sent after the handshake", out)
	}
	if c.Buffered() != 0 {
		t.Error(c.Buffered())
	}
}

// A peer that does not read holds up neither Send nor Close.
func TestStuckPeer(t *testing.T) {
	url := serve(t)
	t.Cleanup(wsecho.Unstick)
	c := dial(t, request(t, url+"/stuck"))
	for range 24 {
		if err := c.Send(Binary, make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if c.Buffered() == 0 {
		t.Error("nothing is buffered")
	}
	go c.Close()
	if _, err := c.Next(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if c.Buffered() == 0 {
		t.Error("what was lost is taken for sent")
	}
}

// The end of the context ends connecting.
func TestDialCancelled(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, scheme := range []string{"http", "https"} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			nc, err := l.Accept()
			cancel()
			if err == nil {
				_, _ = nc.Read(make([]byte, 1<<10))
				_ = nc.Close()
			}
		}()
		if _, _, err := Dial(ctx, &bridge.Config{}, &bridge.Traffic{}, request(t, scheme+"://"+l.Addr().String())); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// wss, where HTTP/2 must not be chosen, and through a proxy.
func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(wsecho.Serve))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	cfg := &bridge.Config{TLS: &tls.Config{RootCAs: roots}, HTTPVersion: "auto"}
	c, _, err := Dial(t.Context(), cfg, &bridge.Traffic{}, request(t, s.URL+"/echo"))
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Send(Text, []byte("secret"))
	if got := told(c); got != "text secret" {
		t.Error(got)
	}
	c.Leave()
	if _, _, err := Dial(t.Context(), &bridge.Config{}, &bridge.Traffic{}, request(t, s.URL+"/echo")); err == nil {
		t.Error("an unknown authority is trusted")
	}
}

// Many connections at once, each with messages of its own in their order.
func TestMany(t *testing.T) {
	url := serve(t)
	var all sync.WaitGroup
	for i := range 50 {
		c := dial(t, request(t, url+"/echo"))
		all.Go(func() {
			for j := range 50 {
				_ = c.Send(Text, fmt.Appendf(nil, "%d-%d", i, j))
			}
			for j := range 50 {
				if got, want := told(c), fmt.Sprintf("text %d-%d", i, j); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			_ = c.Shut(1000, "", false)
			if got := told(c); got != "websocket: close 1000 (normal)" {
				t.Error(got)
			}
		})
	}
	all.Wait()
}
