package bridge

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	readBuffer = 4 << 10   // of an ordinary request; larger bodies are read past it
	maxHead    = 256 << 10 // longest head of an answer
	smallBody  = 4 << 10   // request bodies up to this go out with the head in one write
	maxKept    = 256 << 10 // buffers that grew beyond this are not kept for the next request
)

// flight is the buffers of a request: one is taken to send it and one to read the answer. In between, and between
// requests, a user holds none.
type flight struct {
	cn      *conn
	br      *bufio.Reader // reads from the flight
	small   *bufio.Reader // br, unless the head needed a larger one
	head    framing
	parser  fasthttp.ResponseHeader // of unusual heads
	out     []byte                  // request
	wire    pieces                  // body of unknown or encoded length
	bare    bool                    // the head has lines that end in a bare line feed, or begins with empty ones
	parsing bool                    // head is being parsed: it is buffered as a whole, the socket must not be read
}

func (c *Config) flight(cn *conn) *flight {
	f, _ := c.flights.Get().(*flight)
	if f == nil {
		f = &flight{}
		f.small = bufio.NewReaderSize(f, readBuffer)
	}
	f.cn, f.br = cn, f.small
	f.br.Reset(f)
	f.parsing = false
	return f
}

// land gives a flight back. Nothing of it may be used after that.
func (c *Config) land(f *flight) {
	f.cn, f.br = nil, nil
	f.wire.reset()
	c.flights.Put(f)
}

// Read is where br reads from.
func (f *flight) Read(p []byte) (int, error) {
	if f.parsing {
		return 0, io.ErrUnexpectedEOF
	}
	return f.cn.rw.Read(p)
}

// readHead reads the head of the final answer (interim ones, 1xx, are passed over) into w and returns when its first
// byte came in.
func (f *flight) readHead(h *hop, w *Response) (first time.Time, err error) {
	for {
		if _, err = f.br.Peek(1); err != nil {
			return first, err
		}
		f.cn.begun = true
		// Right, since the buffer was empty before: only what came with an interim answer is dated a little late.
		first = f.cn.lastRead
		block, err := f.peekHead()
		if err != nil {
			return first, err
		}
		text := string(block)
		if err := f.parse(block); err != nil {
			return first, invalidHead(err)
		}
		switch s := f.head.status; {
		case s < 100:
			return first, &Error{Kind: InvalidResponse, Text: "malformed status line"}
		case s >= 200 || s == 101:
			w.Status, w.Proto = s, f.head.proto()
			f.fill(w, text)
			f.cn.closes = f.mustClose(h, w)
			return first, nil
		}
	}
}

// peekHead waits for a whole head and returns it with the empty line at its end, still in the buffer.
func (f *flight) peekHead() ([]byte, error) {
	searched := 0
	f.bare = false
	for {
		b, _ := f.br.Peek(f.br.Buffered())
		if !plausible(b) {
			return nil, &Error{Kind: InvalidResponse, Text: "the answer is not HTTP"}
		}
		if n := f.headEnd(b, searched); n > 0 {
			return b[:n], nil
		}
		searched = len(b)
		if len(b) == f.br.Size() && !f.grow() {
			return nil, &Error{Kind: InvalidResponse, Text: "the header is longer than 256 KiB"}
		}
		if _, err := f.br.Peek(len(b) + 1); err != nil {
			return nil, err
		}
	}
}

// plausible stops at the first bytes what would otherwise be waited for to the end: a peer that speaks no HTTP.
func plausible(b []byte) bool {
	b = bytes.TrimLeft(b, "\r\n")
	const start = "HTTP/"
	n := min(len(b), len(start))
	return string(b[:n]) == start[:n]
}

// headEnd returns the length of the head in b, 0 if its end is not there. Lines may end in a bare line feed; bare
// notes that, so that parse need not look again.
func (f *flight) headEnd(b []byte, searched int) int {
	lead := len(b) - len(bytes.TrimLeft(b, "\r\n"))
	f.bare = f.bare || lead > 0
	for i := max(lead, searched-3); ; {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			return 0
		}
		i += j + 1
		f.bare = f.bare || b[i-2] != '\r' // i > 1: a b that begins with \n has a lead
		if i < len(b) && b[i] == '\n' {
			f.bare = true
			return i + 1
		}
		if i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n' {
			return i + 2
		}
	}
}

// grow replaces a full buffer by a larger one with the same contents.
func (f *flight) grow() bool {
	if f.br.Size() >= maxHead {
		return false
	}
	b, _ := f.br.Peek(f.br.Buffered())
	f.br = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(slices.Clone(b)), f), f.br.Size()*8)
	_, _ = f.br.Peek(len(b)) // fills from the copy only
	return true
}

// parse reads the head that is in the buffer and takes it out.
func (f *flight) parse(block []byte) error {
	if !f.bare && f.head.usual(block) {
		_, _ = f.br.Discard(len(block)) // only moves on: what head refers to stays until the buffer is read into
		return nil
	}
	f.parsing = true
	defer func() { f.parsing = false }()
	if err := f.parseUnusual(block); err != nil {
		return err
	}
	f.head = framingOf(&f.parser)
	return nil
}

func (f *flight) parseUnusual(block []byte) error {
	if !f.bare {
		before := f.br.Buffered()
		err := f.parser.Read(f.br)
		if err == nil && before-f.br.Buffered() != len(block) {
			return fasthttp.ErrNeedMore // the two of us disagree about where the body begins
		}
		return err
	}
	strict := strings.ReplaceAll(strings.ReplaceAll(string(block), "\r\n", "\n"), "\n", "\r\n")
	_, _ = f.br.Discard(len(block))
	return f.parser.Read(bufio.NewReaderSize(strings.NewReader(strict), len(strict)))
}

// fill gives w its own copy of the head: status line and fields are parts of one string.
func (f *flight) fill(w *Response, text string) {
	text = strings.TrimLeft(text, "\r\n")
	line, fields, _ := strings.Cut(text, "\n")
	w.Header = Header(strings.TrimRight(fields, "\r\n"))
	_, line, _ = strings.Cut(strings.TrimRight(line, "\r"), " ")
	_, w.Reason, _ = strings.Cut(line, " ")
}

// mustClose: fasthttp takes an answer without a length for one that ends with the connection, also where there is no
// body that could.
func (f *flight) mustClose(h *hop, w *Response) bool {
	if h.method != "HEAD" || w.Status == 101 {
		return f.head.closes || w.Status == 101
	}
	connection := strings.ToLower(w.Header.Get("Connection"))
	return strings.Contains(connection, "close") ||
		!f.head.http11 && !strings.Contains(connection, "keep-alive")
}
