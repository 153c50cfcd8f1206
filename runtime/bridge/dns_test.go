package bridge

import (
	"context"
	"net"
	"testing"
	"time"
)

// nameServer answers every query with a code (RFC 1035, 4.1.1), and not at all if that is negative.
func nameServer(t *testing.T, code int) *Config {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		b := make([]byte, 2000)
		for {
			n, from, err := l.ReadFrom(b)
			if err != nil {
				return
			}
			if code >= 0 {
				b[2], b[3] = 0x81, 0x80|byte(code)
				_, _ = l.WriteTo(b[:n], from)
			}
		}
	}()
	// The resolver goes on for seconds after a lookup has been given up; the test ends that.
	over, end := context.WithCancel(context.Background())
	t.Cleanup(end)
	r := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(over, "udp", l.LocalAddr().String())
		if err == nil {
			context.AfterFunc(over, func() { _ = c.Close() })
		}
		return c, err
	}}
	return &Config{Timeout: time.Second, Dial: (&net.Dialer{Resolver: r}).DialContext}
}

func TestDNSErrors(t *testing.T) {
	for code, want := range map[int]string{
		3:  "DNSError('no such host: shop.test')",
		2:  "DNSError('the name server failed on: shop.test')",
		-1: "ConnectTimeout('no connection within 1s')",
	} {
		got, w := fails(t, user(t, nameServer(t, code)), get(t, "http://shop.test/"))
		equal(t, "error", got, want)
		equal(t, "DNS phase", w.Phases.DNS > 0, true)
	}
}
