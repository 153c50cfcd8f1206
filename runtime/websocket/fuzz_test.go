package websocket

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"testing"
	"time"
)

// scripted is a connection whose peer has sent all it will ever send.
type scripted struct{ in *bytes.Reader }

func (c scripted) Read(p []byte) (int, error)       { return c.in.Read(p) }
func (c scripted) Write(p []byte) (int, error)      { return len(p), nil }
func (c scripted) Close() error                     { return nil }
func (c scripted) LocalAddr() net.Addr              { return nil }
func (c scripted) RemoteAddr() net.Addr             { return nil }
func (c scripted) SetDeadline(time.Time) error      { return nil }
func (c scripted) SetReadDeadline(time.Time) error  { return nil }
func (c scripted) SetWriteDeadline(time.Time) error { return nil }

// FuzzNext: whatever a server sends, Next gives messages that are no longer than what has come, and then a *Closed.
func FuzzNext(f *testing.F) {
	f.Add([]byte("\x81\x02hi\x89\x00\x88\x02\x03\xe8"), false)
	f.Add([]byte("\x01\x01a\x8a\x01p\x00\x01b\x80\x01c\x88\x05\x0f\xa0bye"), false)
	f.Add([]byte("\xc1\x07\x4a\xcb\xc8\x04\x00\x00\x00\x88\x01x"), true)
	f.Add([]byte("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"), false)
	f.Add([]byte("\x82\x7e\x01\x00"), true)
	f.Fuzz(func(t *testing.T, in []byte, deflate bool) {
		c := &Conn{nc: scripted{bytes.NewReader(in)}, deflate: deflate}
		c.br, c.written.L = bufio.NewReader(c.nc), &c.mu
		for total := 0; ; {
			m, err := c.Next()
			if err != nil {
				if closed := (*Closed)(nil); !errors.As(err, &closed) {
					t.Errorf("%T: %v", err, err)
				}
				return
			}
			if total += len(m.Data); !deflate && total > len(in) {
				t.Errorf("%d bytes of messages out of %d", total, len(in))
			}
		}
	})
}
