package bridge

import (
	"io"
	"sync"

	"golang.org/x/net/http2"
)

// h2codec is the buffers of a connection in use.
type h2codec struct {
	fr   *http2.Framer // reads from the codec; we write frames ourselves
	in   []byte        // what has come and has not been parsed is in[r:n]
	r, n int
}

var h2codecs = sync.Pool{New: func() any {
	k := &h2codec{in: make([]byte, readBuffer)}
	k.fr = http2.NewFramer(io.Discard, k)
	k.fr.SetReuseFrames()
	return k
}}

// Read gives the framer what it asks for; see fill.
func (k *h2codec) Read(p []byte) (int, error) {
	if k.r == k.n {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, k.in[k.r:k.n])
	k.r += n
	return n, nil
}

// frame reports whether a whole frame is there; if not, how long it will be as far as is known.
func (k *h2codec) frame() (whole bool, length int) {
	b := k.in[k.r:k.n]
	if len(b) < h2FrameHead {
		return false, h2FrameHead
	}
	length = h2FrameHead + int(b[0])<<16 + int(b[1])<<8 + int(b[2])
	return len(b) >= length, length
}

// room makes room for a frame of that length.
func (k *h2codec) room(length int) {
	if len(k.in)-k.r >= length && k.n < len(k.in) {
		return
	}
	to := k.in
	if length > len(to) {
		to = make([]byte, h2FrameHead+h2MaxFrame)
	}
	k.n = copy(to, k.in[k.r:k.n])
	k.in, k.r = to, 0
}
