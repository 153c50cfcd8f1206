package websocket

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
)

// deflateOffer asks for compression without a memory from one message to the next (RFC 7692, 7.1.1), which would be
// hundreds of kilobytes for each connection.
const deflateOffer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// agree reads what extensions the server has accepted.
func (c *Conn) agree(offered bool) error {
	if c.Extensions == "" {
		return nil
	}
	name, params, _ := strings.Cut(c.Extensions, ";")
	if !offered || strings.TrimSpace(name) != "permessage-deflate" || !strings.Contains(params, "server_no_context_takeover") {
		return fmt.Errorf("%w: the server wants extensions that were not offered: %.100q", ErrHandshake, c.Extensions)
	}
	c.deflate = true
	return nil
}

// tail is the end of a flushed block, which is left out of a message, and then a last block, for a decompressor to end
// with (RFC 7692, 7.2.2).
const tail = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// The compressors of all connections.
var (
	writers = sync.Pool{New: func() any {
		w, _ := flate.NewWriter(nil, flate.BestSpeed) // fails for an unknown level only
		return w
	}}
	readers = sync.Pool{New: func() any { return flate.NewReader(nil) }}
)

func compress(data []byte) []byte {
	var b bytes.Buffer
	w := writers.Get().(*flate.Writer)
	defer writers.Put(w)
	w.Reset(&b)
	_, _ = w.Write(data) // a buffer takes all
	_ = w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte(tail[:4]))
}

func decompress(data []byte) ([]byte, error) {
	r := readers.Get().(io.ReadCloser)
	defer readers.Put(r)
	_ = r.(flate.Resetter).Reset(bytes.NewReader(append(data, tail...)), nil) // never fails
	plain, err := io.ReadAll(io.LimitReader(r, maxMessage+1))
	if err != nil {
		return nil, violation{codeInvalid, "a message cannot be decompressed: " + err.Error()}
	}
	if len(plain) > maxMessage {
		return nil, tooBig
	}
	return plain, nil
}
