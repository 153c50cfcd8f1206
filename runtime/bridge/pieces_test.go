package bridge

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// Bodies of all sizes around the steps in which room is made, each with buffers that others have used before.
func TestPieces(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 60000)
	var p pieces
	for _, size := range []int{0, 1, readBuffer, readBuffer + 1, maxKept - 1, maxKept, maxKept + 1, 3*maxKept + 7, 5} {
		for _, limit := range []int{0, 1, readBuffer, maxKept, maxKept + 3, 1 << 20} {
			for _, join := range []bool{true, false} {
				p.reset()
				n := 0
				for n < size {
					room := p.room(int64(limit))
					if len(room) == 0 {
						break
					}
					k := copy(room[:min(len(room), 50000)], text[n:size])
					p.took(k)
					n += k
				}
				equal(t, "size", p.size, int64(min(size, limit)))
				var got []byte
				if join {
					got = p.join()
					equal(t, "exact", cap(got), n)
				} else {
					got, _ = io.ReadAll(p.drain(strings.NewReader("rest")))
					got = bytes.TrimSuffix(got, []byte("rest"))
				}
				equal(t, "contents", string(got) == text[:n], true)
				equal(t, "kept", cap(p.first) <= maxKept, true)
			}
		}
	}
}
