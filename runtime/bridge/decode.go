package bridge

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// decoders keeps what is expensive to make (tens of kilobytes each). The zero value is ready.
type decoders struct{ gzip, zlib, flate, br, zstd, pieces sync.Pool }

// maxEncodings bounds what one answer can make the decoders take: each has a window of up to megabytes.
const maxEncodings = 5

var (
	// ErrBody is in the chain of those errors of kind InvalidResponse that are about a body which is there but cannot be
	// decoded.
	ErrBody = errors.New("the body cannot be decoded")

	errEncoding = errors.New("unknown Content-Encoding")
	errStopped  = errors.New("stopped")
	errCut      = errors.New("the rest was not kept")
)

// known reports whether decode knows all encodings of a list.
func known(encodings string) bool {
	for name := range strings.SplitSeq(encodings, ",") {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "identity", "", "gzip", "x-gzip", "deflate", "br", "zstd":
		default:
			return false
		}
	}
	return true
}

// decode reads wire, decodes it and fills Body and Size. No more than limit bytes are kept, however small the wire
// body is: what follows is decoded into nothing and counted.
func (w *Response) decode(c *Client, encodings string, wire io.Reader, limit int64) error {
	src := bufio.NewReaderSize(wire, 512) // an empty body is no damage; decoders want an io.ByteReader anyway
	if _, err := src.Peek(1); err == io.EOF {
		return nil
	}
	defer src.Reset(nil) // decoders remember it
	if strings.Count(encodings, ",") >= maxEncodings {
		return &Error{Kind: InvalidResponse, Text: "more than 5 names in Content-Encoding", Err: ErrBody}
	}
	list := strings.Split(encodings, ",")
	var r io.Reader = src
	var used [maxEncodings]func()
	for i := len(list) - 1; i >= 0; i-- { // the last one was applied last
		d, free, err := c.cfg.decoders.open(strings.ToLower(strings.TrimSpace(list[i])), r)
		if err != nil {
			return damaged(encodings, err)
		}
		r, used[i] = d, free
	}
	if err := w.collect(c, r, limit); err != nil {
		return damaged(encodings, err)
	}
	for _, free := range used[:len(list)] { // only now: what a damaged body has done to a decoder goes with it
		free()
	}
	return nil
}

func damaged(encodings string, err error) error {
	if errors.Is(err, errStopped) {
		return ErrClosed
	}
	encodings = shown(encodings, 40)
	text := "the " + encodings + " body cannot be decoded"
	if errors.Is(err, errEncoding) {
		text = "unknown Content-Encoding: " + encodings
	}
	return &Error{Kind: InvalidResponse, Text: text, Err: fmt.Errorf("%w: %w", ErrBody, err)}
}

// collect copies r to Body with exactly the memory it needs, and counts all of it.
func (w *Response) collect(c *Client, r io.Reader, limit int64) error {
	d := &c.cfg.decoders
	p := getOr(&d.pieces, func() *pieces { return &pieces{} })
	var past []byte // where the bytes beyond the limit go
	for turns := 1; ; turns++ {
		room := past
		if past == nil {
			if room = p.room(limit); len(room) == 0 {
				past = make([]byte, 32<<10)
				continue
			}
		}
		n, err := r.Read(room)
		w.Size += int64(n)
		if past == nil {
			p.took(n)
		}
		if err == io.EOF || errors.Is(err, errCut) {
			break
		}
		if err != nil {
			return err
		}
		if turns%64 == 0 && c.stopping() {
			return errStopped
		}
	}
	w.Truncated = w.Size > p.size
	w.Body = p.join()
	p.reset()
	d.pieces.Put(p)
	return nil
}

// open puts a decoder on top of r; free gives it back.
func (d *decoders) open(encoding string, r io.Reader) (dec io.Reader, free func(), err error) {
	switch encoding {
	case "identity", "":
		return r, func() {}, nil
	case "gzip", "x-gzip":
		z := getOr(&d.gzip, func() *gzip.Reader { return new(gzip.Reader) })
		return z, func() { d.gzip.Put(z) }, z.Reset(r)
	case "deflate":
		return d.openDeflate(r)
	case "br":
		z := getOr(&d.br, func() *brotli.Reader { return brotli.NewReader(nil) })
		return z, func() { d.br.Put(z) }, z.Reset(r)
	case "zstd":
		z := getOr(&d.zstd, newZstd)
		return z, func() { _ = z.Reset(nil); d.zstd.Put(z) }, z.Reset(r)
	}
	return nil, nil, errEncoding
}

// openDeflate: the standard means zlib by "deflate", some servers send the raw stream. A zlib header is a multiple
// of 31 and names method 8 (RFC 1950, 2.2).
func (d *decoders) openDeflate(r io.Reader) (io.Reader, func(), error) {
	br := bufio.NewReaderSize(r, 512)
	head, _ := br.Peek(2)
	if len(head) == 2 && head[0]&15 == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		z, _ := d.zlib.Get().(io.ReadCloser)
		if z == nil {
			z, err := zlib.NewReader(br)
			return z, func() { d.zlib.Put(z) }, err
		}
		return z, func() { d.zlib.Put(z) }, z.(zlib.Resetter).Reset(br, nil)
	}
	z := getOr(&d.flate, func() io.ReadCloser { return flate.NewReader(nil) })
	return z, func() { d.flate.Put(z) }, z.(flate.Resetter).Reset(br, nil)
}

// newZstd: one decoder without goroutines; a window of 8 MiB is what RFC 9659 allows for HTTP.
func newZstd() *zstd.Decoder {
	z, _ := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8<<20))
	return z
}

func getOr[T any](p *sync.Pool, make func() T) T {
	if v, ok := p.Get().(T); ok {
		return v
	}
	return make()
}
