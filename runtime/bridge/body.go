package bridge

import (
	"bytes"
	"errors"
	"io"
	"net/http/httputil"
	"slices"
)

// readBody reads the body of the answer whose head was read last: w gets body, sizes and Done.
func (f *flight) readBody(h *hop, w *Response, c *Client) error {
	w.Body, w.Size, w.WireSize, w.Truncated = nil, 0, 0, false
	length := int64(f.head.ContentLength())
	if h.method == "HEAD" || w.Status == 101 || w.Status == 204 || w.Status == 304 || length == 0 {
		w.Done = f.cn.lastRead
		return nil
	}
	limit := h.cfg.maxBody()
	encoding := f.head.ContentEncoding()
	plain := len(encoding) == 0 || string(encoding) == "identity" || h.redirects > 0 && redirects(w)
	if plain && length > 0 {
		return f.readLength(w, length, limit)
	}
	b := f.stream(length)
	f.buffer(b, limit)
	var err error
	if plain {
		w.Body = exact(f.scratch)
		_, _ = io.Copy(io.Discard, onlyReader{b})
		w.Size, w.Truncated = b.n, b.n > int64(len(f.scratch))
	} else {
		err = w.decode(c, string(encoding), io.MultiReader(bytes.NewReader(f.scratch), onlyReader{b}), limit)
		_, _ = io.Copy(io.Discard, onlyReader{b})
	}
	w.Done, w.WireSize = f.cn.lastRead, b.n
	if !errors.Is(b.err, io.EOF) {
		return b.err
	}
	return err
}

// exact copies b into just the memory it needs; nil if it is empty.
func exact(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return append(make([]byte, 0, len(b)), b...)
}

// readLength reads a body of known length straight into its final place.
func (f *flight) readLength(w *Response, length, limit int64) error {
	keep := min(length, limit)
	// A length is a promise: memory for it is taken as the bytes come in.
	body := make([]byte, min(keep, 1<<20))
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
		_, err = io.CopyN(io.Discard, onlyReader{f.br}, length-keep)
	}
	w.Body, w.Size, w.WireSize, w.Truncated = body, length, length, keep < length
	w.Done = f.cn.lastRead
	return midBody(err)
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

// buffer reads up to limit bytes of b into the scratch buffer. How it ended is in b.err.
func (f *flight) buffer(b *wireBody, limit int64) {
	f.scratch = f.scratch[:0]
	for b.err == nil && int64(len(f.scratch)) < limit {
		if len(f.scratch) == cap(f.scratch) {
			f.scratch = slices.Grow(f.scratch, max(readBuffer, len(f.scratch)))
		}
		n, _ := b.Read(f.scratch[len(f.scratch):min(int64(cap(f.scratch)), limit)])
		f.scratch = f.scratch[:len(f.scratch)+n]
	}
}
