package zmtp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestFrames(t *testing.T) {
	long := strings.Repeat("x", 300)
	tests := []struct {
		name, wire string
		want       frame
		err        string
	}{
		{"short", "\x00\x02hi", frame{body: []byte("hi")}, ""},
		{"empty", "\x00\x00", frame{body: []byte{}}, ""},
		{"more", "\x01\x01a", frame{more: true, body: []byte("a")}, ""},
		{"long", "\x02\x00\x00\x00\x00\x00\x00\x01\x2c" + long, frame{body: []byte(long)}, ""},
		{"command", "\x04\x03\x02hi", frame{command: true, body: []byte("\x02hi")}, ""},
		{"long command", "\x06\x00\x00\x00\x00\x00\x00\x00\x01a", frame{command: true, body: []byte("a")}, ""},
		{"unknown flag", "\x08\x00", frame{}, "flags 0x8"},
		{"command of several frames", "\x05\x00", frame{}, "flags 0x5"},
		{"too long", "\x02\x00\x00\x00\x00\x01\x00\x00\x01", frame{}, "16777217 bytes is too long"},
		{"longer than there are numbers", "\x02\xff\xff\xff\xff\xff\xff\xff\xff", frame{}, "too long"},
		{"no length", "\x00", frame{}, "unexpected EOF"},
		{"half a length", "\x02\x00\x00", frame{}, "unexpected EOF"},
		{"cut off", "\x00\x05abc", frame{}, "unexpected EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := readFrame(bufio.NewReader(strings.NewReader(test.wire)))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if err != nil || got.command != test.want.command || got.more != test.want.more || !bytes.Equal(got.body, test.want.body) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	if _, err := readFrame(bufio.NewReader(strings.NewReader(""))); !errors.Is(err, io.EOF) {
		t.Errorf("the end between two frames: %v", err)
	}
}

func TestAppendFrame(t *testing.T) {
	for _, n := range []int{0, 1, 255, 256, 100_000} {
		for _, command := range []bool{false, true} {
			body := bytes.Repeat([]byte("z"), n)
			wire := appendFrame(nil, command, body)
			if extra := len(wire) - n; extra != 2 && n < 256 || extra != 9 && n > 255 {
				t.Errorf("%d bytes became %d", n, len(wire))
			}
			f, err := readFrame(bufio.NewReader(bytes.NewReader(wire)))
			if err != nil || f.command != command || f.more || !bytes.Equal(f.body, body) {
				t.Errorf("%d bytes, command %v: %v, %v, %d bytes", n, command, err, f.command, len(f.body))
			}
		}
	}
}

func TestProperties(t *testing.T) {
	got, err := properties(appendProperty(appendProperty(nil, "Socket-Type", "ROUTER"), "Identity", ""))
	if err != nil || len(got) != 2 || got["socket-type"] != "ROUTER" {
		t.Errorf("got %v, %v", got, err)
	}
	for _, wire := range []string{"\x05ab", "\x01a\x00\x00", "\x01a\x00\x00\x00\x05abc", "\x01a\xff\xff\xff\xff"} {
		if got, err := properties([]byte(wire)); err == nil {
			t.Errorf("%q: %v", wire, got)
		}
	}
}

// Whatever a peer sends is read without a panic, and what was read is what was written.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x00\x02hi\x04\x03\x02hi\x02\x00\x00\x00\x00\x00\x00\x00\x01a"))
	f.Add(appendCommand(nil, "READY", appendProperty(nil, "Socket-Type", "ROUTER")))
	f.Add([]byte("\x02\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		r := bufio.NewReader(bytes.NewReader(wire))
		for {
			got, err := readFrame(r)
			if err != nil {
				return
			}
			if got.command {
				if name, data, err := splitCommand(got.body); err == nil {
					if back := appendCommand(nil, name, data); !bytes.HasSuffix(back, got.body) {
						t.Errorf("%q came back as %q", got.body, back)
					}
					_, _ = properties(data)
				}
				_ = checkReady(got)
			}
			again, err := readFrame(bufio.NewReader(bytes.NewReader(appendFrame(nil, got.command, got.body))))
			if err != nil || again.command != got.command || !bytes.Equal(again.body, got.body) {
				t.Errorf("%q came back as %q, %v", got.body, again.body, err)
			}
		}
	})
}
