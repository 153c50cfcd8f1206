package bridge

import (
	"bytes"
	"errors"
	"io"
	"net/http/httputil"
	"sync"
)

// readBody reads the body of the answer whose head was read last: w gets body and sizes, and, when
// all of it has been read, Done: also if it cannot be decoded.
func (f *flight) readBody(h *hop, w *Response, c *Client) error {
	w.Body, w.Size, w.WireSize, w.Truncated = nil, 0, 0, false
	length := f.head.length
	if h.method == "HEAD" || w.Status == 101 || w.Status == 204 || w.Status == 304 || length == 0 {
		f.complete(w)
		return nil
	}
	if h.discard {
		return f.discardBody(w, length)
	}
	limit := h.cfg.maxBody()
	encoding := f.head.encoding
	plain := encoding == "" || encoding == "identity" || h.redirects > 0 && redirects(w) || h.cfg.KeepUnknown && !known(encoding)
	if plain && length > 0 {
		return f.readLength(w, length, limit)
	}
	b := f.stream(length)
	f.buffer(b, limit)
	var err error
	if plain {
		_ = drain(b) // how it ended is in b.err
		w.Size, w.Truncated = b.n, b.n > f.wire.size
	} else {
		err = w.decode(c, encoding, f.wire.drain(onlyReader{b}), limit)
		_ = drain(b) // how it ended is in b.err
	}
	if !errors.Is(b.err, io.EOF) {
		return b.err
	}
	if plain {
		w.Body = f.wire.join()
	}
	f.complete(w)
	w.WireSize = b.n
	return err
}

// discardBody reads a body that nobody wants.
func (f *flight) discardBody(w *Response, length int64) error {
	if length > 0 && length <= int64(f.br.Buffered()) { // the usual case
		_, _ = f.br.Discard(int(length))
		w.Size, w.WireSize = length, length
		f.complete(w)
		return nil
	}
	b := f.stream(length)
	_ = drain(b) // how it ended is in b.err
	if !errors.Is(b.err, io.EOF) {
		return b.err
	}
	w.Size, w.WireSize = b.n, b.n
	f.complete(w)
	return nil
}

// sinks are where bytes go that nobody wants: a large body takes few system calls.
var sinks = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// drain reads r to its end.
func drain(r io.Reader) error {
	sink := sinks.Get().(*[64 << 10]byte)
	defer sinks.Put(sink)
	for {
		if _, err := r.Read(sink[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// complete notes that all of the answer is there.
func (f *flight) complete(w *Response) {
	w.Done, w.WakeLag, w.Stamped = f.cn.lastRead, f.cn.wakeLag, f.cn.stamped
}

// readLength reads a body of known length straight into its final place.
func (f *flight) readLength(w *Response, length, limit int64) error {
	keep := min(length, limit)
	// A length is a promise: beyond the usual limit, memory for it is taken as the bytes come in.
	body := make([]byte, min(keep, DefaultMaxBody))
	n, err := io.ReadFull(f.br, body)
	for err == nil && int64(n) < keep {
		grown := make([]byte, min(2*int64(n), keep))
		copy(grown, body)
		body = grown
		var m int
		m, err = io.ReadFull(f.br, body[n:])
		n += m
	}
	if err == nil && keep < length {
		rest := &io.LimitedReader{R: f.br, N: length - keep}
		if err = drain(rest); err == nil && rest.N > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil {
		return midBody(err)
	}
	w.Body, w.Size, w.WireSize, w.Truncated = body, length, length, keep < length
	f.complete(w)
	return nil
}

// onlyReader hides WriteTo, which would go on to the end of the connection.
type onlyReader struct{ io.Reader }

// stream is a body whose end has to be found, or that is not kept as it is.
func (f *flight) stream(length int64) *wireBody {
	b := &wireBody{f: f}
	switch {
	case length == -1:
		b.chunks = httputil.NewChunkedReader(f.br)
	case length >= 0:
		b.src = &io.LimitedReader{R: f.br, N: length}
	}
	return b
}

// wireBody is the body as transferred, without its framing. Its Read ends with io.EOF only when the body is complete.
type wireBody struct {
	f      *flight
	chunks io.Reader         // chunked
	src    *io.LimitedReader // with a length; if both are nil the body ends with the connection
	n      int64             // bytes so far
	err    error
}

func (b *wireBody) Read(p []byte) (n int, err error) {
	if b.err != nil {
		return 0, b.err
	}
	switch {
	case b.chunks != nil:
		if n, err = b.chunks.Read(p); errors.Is(err, io.EOF) {
			err = b.f.skipTrailer()
		} else if err != nil {
			err = badChunk(err)
		}
	case b.src != nil:
		if n, err = b.src.Read(p); errors.Is(err, io.EOF) && b.src.N > 0 {
			err = io.ErrUnexpectedEOF
		}
	default:
		n, err = b.f.br.Read(p)
	}
	b.n += int64(n)
	b.err = err
	return n, err
}

// skipTrailer reads past the trailer fields of a chunked body; io.EOF is success.
func (f *flight) skipTrailer() error {
	for n := 0; n < maxHead; {
		line, err := f.br.ReadSlice('\n')
		if err != nil {
			return badChunk(err)
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return io.EOF
		}
		n += len(line)
	}
	return &Error{Kind: InvalidResponse, Text: "the trailer is longer than 256 KiB"}
}

// badChunk tells errors of the connection from errors in the framing, which httputil does not type.
func badChunk(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isNetError(err) {
		return midBody(err)
	}
	return &Error{Kind: InvalidResponse, Text: "malformed chunked body", Err: err}
}

// midBody: after the head, an end is an end too early.
func midBody(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// buffer reads up to limit bytes of b into f.wire. How it ended is in b.err.
func (f *flight) buffer(b *wireBody, limit int64) {
	f.wire.reset()
	for b.err == nil && f.wire.size < limit {
		n, _ := b.Read(f.wire.room(limit))
		f.wire.took(n)
	}
}
