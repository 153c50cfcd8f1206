package websocket

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/gobwas/ws"

	"katydid/runtime/bridge"
)

// Kind is what a Message is.
type Kind int

// The kinds of messages. Pings are answered before Next gives them.
const (
	Text Kind = iota
	Binary
	Ping
	Pong
)

func (k Kind) opcode() ws.OpCode {
	return [...]ws.OpCode{Text: ws.OpText, Binary: ws.OpBinary, Ping: ws.OpPing, Pong: ws.OpPong}[k]
}

// Message is what has come. Data is the receiver's own.
type Message struct {
	Kind Kind
	Data []byte
	At   time.Time // when it was complete
}

// Closed is the end of a connection: by a close frame of the peer, or 1006 by anything else (RFC 6455, 7.1.5).
type Closed struct {
	Code   int
	Reason string
}

// names are those of RFC 6455, 7.4.1, where they help.
var names = map[int]string{
	1000: " (normal)", 1001: " (going away)", 1002: " (protocol error)", 1003: " (unsupported data)", 1005: " (no status)",
	1006: " (abnormal closure)", 1007: " (invalid payload data)", 1008: " (policy violation)", 1009: " (message too big)",
	1011: " (internal server error)",
}

// Error is the text that scripts for k6 may look for.
func (e *Closed) Error() string {
	text := fmt.Sprintf("websocket: close %d%s", e.Code, names[e.Code])
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Codes that we send or report.
const (
	codeNone     = 1005
	codeAbnormal = 1006
	codeProtocol = 1002
	codeInvalid  = 1007
	codeTooBig   = 1009
)

// message is one that comes in fragments.
type message struct {
	op         ws.OpCode // 0: there is none
	data       []byte
	compressed bool
}

// Next waits for the next message. The error is a *Closed, or net.ErrClosed after Close and Leave; the connection is
// closed then, and nothing of it is running any more but Next's caller.
func (c *Conn) Next() (Message, error) {
	m, err := c.next()
	if err == nil {
		return m, nil
	}
	err = c.end(err)
	_ = c.nc.SetWriteDeadline(time.Now().Add(closeGrace))
	c.settle()
	_ = c.nc.Close()
	return m, err
}

// violation is what a peer does that it must not.
type violation struct {
	code int
	text string
}

func (v violation) Error() string { return v.text }

// end makes of an error what Next gives, and tells the peer where that is useful.
func (c *Conn) end(err error) error {
	var (
		bad    violation
		closed *Closed
	)
	switch {
	case errors.As(err, &closed):
		code := closed.Code
		if code == codeNone {
			code = 0
		}
		_ = c.Shut(code, "", false) // an answer; ErrCloseSent if theirs is the answer
		return closed
	case errors.As(err, &bad):
		_ = c.Shut(bad.code, bad.text, false)
		return &Closed{codeAbnormal, bad.text}
	case errors.Is(err, net.ErrClosed):
		return net.ErrClosed
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Closed{codeAbnormal, "unexpected EOF"}
	}
	_, text := bridge.Code(err)
	return &Closed{codeAbnormal, text}
}

func (c *Conn) next() (Message, error) {
	for {
		h, err := ws.ReadHeader(c.br)
		if errors.Is(err, ws.ErrHeaderLengthMSB) || errors.Is(err, ws.ErrHeaderLengthUnexpected) {
			err = violation{codeProtocol, err.Error()}
		}
		if err == nil {
			err = c.check(h)
		}
		if err != nil {
			return Message{}, err
		}
		if h.OpCode.IsControl() {
			m, known, err := c.control(h)
			if known || err != nil {
				return m, err
			}
			continue
		}
		if c.part.data, err = c.payload(c.part.data, h.Length); err != nil {
			return Message{}, err
		}
		if h.OpCode != ws.OpContinuation {
			c.part.op, c.part.compressed = h.OpCode, h.Rsv != 0
		}
		if h.Fin {
			return c.whole()
		}
	}
}

// check says what is wrong with a header.
func (c *Conn) check(h ws.Header) error {
	state := ws.StateClientSide
	if c.part.op != 0 {
		state = state.Set(ws.StateFragmented)
	}
	first := !h.OpCode.IsControl() && h.OpCode != ws.OpContinuation
	if c.deflate && first && h.Rsv == ws.Rsv(true, false, false) {
		state = state.Set(ws.StateExtended)
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return violation{codeProtocol, err.Error()}
	}
	if h.Length > maxMessage-int64(len(c.part.data)) {
		return tooBig
	}
	return nil
}

var tooBig = violation{codeTooBig, fmt.Sprintf("a message has more than %d bytes", maxMessage)}

// control deals with a control frame; false means that it is of no interest.
func (c *Conn) control(h ws.Header) (m Message, known bool, err error) {
	data, err := c.payload(nil, h.Length)
	if err != nil {
		return m, false, err
	}
	switch h.OpCode {
	case ws.OpPing:
		_ = c.put(ws.OpPong, data, false) // after a close there is no answer
		return Message{Ping, data, time.Now()}, true, nil
	case ws.OpPong:
		return Message{Pong, data, time.Now()}, true, nil
	}
	if len(data) == 1 {
		return m, false, violation{codeProtocol, "a close frame has half a code"}
	}
	if len(data) == 0 {
		return m, false, &Closed{Code: codeNone}
	}
	code, reason := ws.ParseCloseFrameData(data)
	return m, false, &Closed{int(code), reason}
}

// whole is the message of which all has come.
func (c *Conn) whole() (Message, error) {
	p := c.part
	c.part = message{}
	if p.compressed {
		var err error
		if p.data, err = decompress(p.data); err != nil {
			return Message{}, err
		}
	}
	kind := Text
	if p.op == ws.OpBinary {
		kind = Binary
	}
	return Message{kind, p.data, time.Now()}, nil
}

// payload appends n bytes to data. It takes memory only for what has really come: the length is the peer's word.
func (c *Conn) payload(data []byte, n int64) ([]byte, error) {
	const step = 64 << 10
	for n > 0 {
		k := int(min(n, step))
		data = slices.Grow(data, k)
		got, err := io.ReadFull(c.br, data[len(data):len(data)+k])
		data = data[:len(data)+got]
		if err != nil {
			return data, err
		}
		n -= int64(k)
	}
	return data, nil
}
