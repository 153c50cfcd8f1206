package zmtp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// peer accepts one connection and does with it what serve says.
func peer(t *testing.T, serve func(c net.Conn, r *bufio.Reader)) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		serve(c, bufio.NewReader(c))
	}()
	t.Cleanup(func() {
		_ = ln.Close()
		<-done
	})
	return ln.Addr().String()
}

// write sends what a test has for the wire; the other side may be gone.
func write(c net.Conn, texts ...string) { _, _ = io.WriteString(c, strings.Join(texts, "")) }

func dial(t *testing.T, address string) (*Conn, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return Dial(ctx, address, "host_1")
}

const (
	nullGreeting = "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL"
	router       = "\x04\x29\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER\x08Identity\x00\x00\x00\x00"
)

// padded is a greeting in its full length.
func padded(s string) string { return s + strings.Repeat("\x00", 64-len(s)) }

func TestHandshake(t *testing.T) {
	tests := []struct{ name, says, err string }{
		{"a ROUTER", padded(nullGreeting) + router, ""},
		{"version 3.0", padded(strings.Replace(nullGreeting, "\x03\x01", "\x03\x00", 1)) + router, ""},
		{"a web server", "HTTP/1.1 400 Bad Request\r\n\r\n", "it is something else"},
		{"ZeroMQ 3", "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x01", "version 1 of the protocol"},
		{"CURVE", padded(strings.Replace(nullGreeting, "NULL", "CURVE", 1)), `the security mechanism "CURVE"`},
		{"it hangs up", "", "EOF"},
		{"half a greeting", nullGreeting, "EOF"},
		{"no READY", padded(nullGreeting), "EOF"},
		{"refuses", padded(nullGreeting) + "\x04\x0a\x05ERROR\x03bad", `it refuses: "bad"`},
		{"another command", padded(nullGreeting) + "\x04\x06\x05HELLO", `"HELLO" instead of READY`},
		{"a message at once", padded(nullGreeting) + "\x00\x01a", "a message before READY"},
		{"a PUB", padded(nullGreeting) + "\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03PUB", "its socket is a PUB"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			said := make(chan []byte, 1)
			address := peer(t, func(c net.Conn, r *bufio.Reader) {
				write(c, test.says)
				if test.err != "" {
					_ = c.(*net.TCPConn).CloseWrite()
					_, _ = io.ReadAll(r)
					return
				}
				b := make([]byte, 64+2+6+12+4+6+9+4+6)
				_, _ = io.ReadFull(r, b)
				said <- b
			})
			c, err := dial(t, address)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := padded("\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x00NULL") +
				"\x04\x2f\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x06host_1"
			if got := <-said; string(got) != want {
				t.Errorf("said %q\nwant %q", got, want)
			}
			_ = c.Close()
		})
	}
}

func TestDialEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := peer(t, func(_ net.Conn, r *bufio.Reader) {
		cancel()             // it never greets
		_, _ = io.ReadAll(r) // until the other side hangs up
	})
	if _, err := Dial(ctx, address, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for _, identity := range []string{"", "\x00a", strings.Repeat("a", 256)} {
		if _, err := Dial(t.Context(), address, identity); err == nil || !strings.Contains(err.Error(), "identity") {
			t.Errorf("%q: %v", identity, err)
		}
	}
}

func TestMessages(t *testing.T) {
	big := strings.Repeat("b", 100_000)
	got := make(chan []byte, 1)
	address := peer(t, func(c net.Conn, r *bufio.Reader) {
		write(c, padded(nullGreeting), router, "\x00\x03one", "\x04\x0b\x04PING\x00\x0actx1", string(appendFrame(nil, false, []byte(big))), "\x04\x03\x02??")
		b, _ := io.ReadAll(r) // until Finish
		got <- b
		write(c, "\x00\x04last")
	})
	c, err := dial(t, address)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one", big} {
		if b, err := c.Receive(); err != nil || string(b) != want {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	}
	for _, text := range []string{"", "two", big} {
		if err := c.Send([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Finish(); err != nil {
		t.Fatal(err)
	}
	if b, err := c.Receive(); err != nil || string(b) != "last" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := c.Receive(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	_ = c.Close()
	b := <-got
	want := "\x04\x09\x04PONGctx1" + "\x00\x00" + "\x00\x03two" + string(appendFrame(nil, false, []byte(big)))
	if !bytes.HasSuffix(b, []byte(want)) {
		t.Errorf("the peer got %d bytes that do not end in those that were sent", len(b))
	}
}

func TestSeveralFramesAreRefused(t *testing.T) {
	address := peer(t, func(c net.Conn, r *bufio.Reader) {
		write(c, padded(nullGreeting), router, "\x01\x01a\x00\x01b")
		_, _ = io.ReadAll(r)
	})
	c, err := dial(t, address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if b, err := c.Receive(); err == nil || !strings.Contains(err.Error(), "several frames") {
		t.Errorf("%q, %v", b, err)
	}
}

// Close wakes a Receive that waits.
func TestCloseEndsReceive(t *testing.T) {
	address := peer(t, func(c net.Conn, r *bufio.Reader) {
		write(c, padded(nullGreeting), router)
		_, _ = io.ReadAll(r)
	})
	c, err := dial(t, address)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { _ = c.Close() })
	if _, err := c.Receive(); err == nil {
		t.Error("no error")
	}
}
