package websocket

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/gobwas/ws/wsflate"
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

// The compressors of all connections.
var (
	writers = sync.Pool{New: func() any {
		return wsflate.NewWriter(nil, func(w io.Writer) wsflate.Compressor {
			f, _ := flate.NewWriter(w, flate.BestSpeed) // fails for an unknown level only
			return f
		})
	}}
	readers = sync.Pool{New: func() any {
		return wsflate.NewReader(nil, func(r io.Reader) wsflate.Decompressor { return flate.NewReader(r) })
	}}
)

func compress(data []byte) []byte {
	var b bytes.Buffer
	w := writers.Get().(*wsflate.Writer)
	defer writers.Put(w)
	w.Reset(&b)
	_, _ = w.Write(data) // a buffer takes all
	_ = w.Flush()
	return b.Bytes()
}

func decompress(data []byte) ([]byte, error) {
	r := readers.Get().(*wsflate.Reader)
	defer readers.Put(r)
	r.Reset(bytes.NewReader(data))
	plain, err := io.ReadAll(io.LimitReader(r, maxMessage+1))
	if err != nil {
		return nil, violation{codeInvalid, "a message cannot be decompressed: " + err.Error()}
	}
	if len(plain) > maxMessage {
		return nil, tooBig
	}
	return plain, nil
}
