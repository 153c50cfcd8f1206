package websocket

import (
	"bytes"
	"errors"
	"time"

	"github.com/gobwas/ws"
)

// ErrCloseSent says that nothing can be sent after a close.
var ErrCloseSent = errors.New("websocket: close sent")

// frame is one that waits to be written.
type frame struct {
	bytes   []byte
	size    int // of its payload
	counted bool
}

// closeGrace is how long a close may take to get out to a peer that does not read.
const closeGrace = time.Second

// Send queues a message, of which it keeps no part. The error is ErrCloseSent.
func (c *Conn) Send(k Kind, data []byte) error { return c.put(k.opcode(), data, true) }

// Ping queues a ping with data, of 125 bytes at most; counted is whether Request.Sent is to hear of it.
func (c *Conn) Ping(data []byte, counted bool) error { return c.put(ws.OpPing, data, counted) }

// Shut queues a close frame, after which nothing can be sent; the peer answers with another. Code 0 is none.
func (c *Conn) Shut(code int, reason string, counted bool) error {
	var body []byte
	if code != 0 {
		body = ws.NewCloseFrameBody(ws.StatusCode(code), reason)
	}
	return c.put(ws.OpClose, body, counted)
}

// Leave waits until what is queued is written, a second at most, and closes the connection.
func (c *Conn) Leave() {
	_ = c.nc.SetWriteDeadline(time.Now().Add(closeGrace))
	c.settle()
	c.Close()
}

// Close closes the connection at once.
func (c *Conn) Close() { _ = c.nc.Close() }

// Buffered is how many bytes of messages are queued.
func (c *Conn) Buffered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buffered
}

// put queues a frame. The goroutine that writes lives no longer than there is something to write: an idle connection has
// only its reader.
func (c *Conn) put(op ws.OpCode, data []byte, counted bool) error {
	f := frame{bytes: c.encode(op, data), size: len(data), counted: counted}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return ErrCloseSent
	}
	c.closing = op == ws.OpClose
	c.queue = append(c.queue, f)
	c.buffered += f.size
	if !c.writing {
		c.writing = true
		go c.write()
	}
	return nil
}

func (c *Conn) write() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) > 0 {
		f := c.queue[0]
		c.queue = c.queue[1:]
		c.mu.Unlock()
		_, err := c.nc.Write(f.bytes)
		if err == nil && f.counted && c.sent != nil {
			c.sent()
		}
		c.mu.Lock()
		if err != nil { // Next hears of it
			_ = c.nc.Close()
			c.queue = nil
			break
		}
		c.buffered -= f.size
	}
	c.queue, c.writing = nil, false
	c.written.Broadcast()
}

// settle waits until nobody writes.
func (c *Conn) settle() {
	c.mu.Lock()
	for c.writing {
		c.written.Wait()
	}
	c.mu.Unlock()
}

// encode makes the bytes of a frame: those of a client are masked (RFC 6455, 5.3).
func (c *Conn) encode(op ws.OpCode, data []byte) []byte {
	h := ws.Header{Fin: true, OpCode: op, Masked: true, Mask: ws.NewMask()}
	if c.deflate && op.IsData() {
		data, h.Rsv = compress(data), ws.Rsv(true, false, false)
	}
	h.Length = int64(len(data))
	b := bytes.NewBuffer(make([]byte, 0, ws.MaxHeaderSize+len(data)))
	_ = ws.WriteHeader(b, h) // the length is that of a slice
	start := b.Len()
	b.Write(data)
	ws.Cipher(b.Bytes()[start:], h.Mask, 0)
	return b.Bytes()
}
