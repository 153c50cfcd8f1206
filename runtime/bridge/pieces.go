package bridge

import (
	"bytes"
	"io"
)

// pieces is a body on its way in whose length is not known: a buffer that is used again for the next body, and what
// does not fit in there in pieces of fixed size, so that growing copies nothing. The zero value is ready.
type pieces struct {
	first []byte
	more  [][]byte
	size  int64
}

// room is where the next bytes go: never empty unless the body has limit bytes.
func (p *pieces) room(limit int64) []byte {
	last := &p.first
	if n := len(p.more); n > 0 {
		last = &p.more[n-1]
	}
	if len(*last) == cap(*last) && p.size < limit {
		if cap(*last) < maxKept { // only the first one, while it is small
			*last = append(make([]byte, 0, max(readBuffer, 2*cap(*last))), *last...)
		} else {
			p.more = append(p.more, make([]byte, 0, maxKept))
			last = &p.more[len(p.more)-1]
		}
	}
	free := (*last)[len(*last):cap(*last)]
	return free[:min(int64(len(free)), limit-p.size)]
}

// took notes that n bytes have been put into room.
func (p *pieces) took(n int) {
	last := &p.first
	if k := len(p.more); k > 0 {
		last = &p.more[k-1]
	}
	*last = (*last)[:len(*last)+n]
	p.size += int64(n)
}

// join copies all into just the memory it needs; nil if there is nothing.
func (p *pieces) join() []byte {
	if p.size == 0 {
		return nil
	}
	b := append(make([]byte, 0, p.size), p.first...)
	for _, m := range p.more {
		b = append(b, m...)
	}
	return b
}

// drain reads the body and after it rest. What has been read is let go; p must not be reset before the end.
func (p *pieces) drain(rest io.Reader) io.Reader {
	all := []io.Reader{bytes.NewReader(p.first)}
	for _, m := range p.more {
		all = append(all, bytes.NewReader(m))
	}
	p.more = nil
	return io.MultiReader(append(all, rest)...)
}

// reset empties p for the next body. It keeps no more than maxKept bytes.
func (p *pieces) reset() { p.first, p.more, p.size = p.first[:0], nil, 0 }
