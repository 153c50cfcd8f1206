// Package zmtp is ZeroMQ's wire protocol as far as a DEALER needs it that talks to one ROUTER: ZMTP 3.0 (ZeroMQ RFC 23)
// without encryption, messages of one frame. It does not connect again: a caller wants to know when a connection was
// lost, which ZeroMQ's own sockets hide.
package zmtp

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// handshakeTime bounds how long a peer that has accepted the connection may take to greet: it may be something else
	// than ZeroMQ that waits to be spoken to.
	handshakeTime = 5 * time.Second
	// sendTime is how long a peer may leave its buffers full.
	sendTime = 10 * time.Second
	// finishTime is how long a peer may take to read what was sent last.
	finishTime = 2 * time.Second
)

// keepAlive finds out within a minute and a half that the other machine is gone.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 6}

// Conn is a connection of a DEALER. Send and Close may be called from any goroutine, Receive from one.
type Conn struct {
	net net.Conn
	r   *bufio.Reader

	mu  sync.Mutex // of writing
	out []byte
}

// Dial connects to a ROUTER, under the name identity: 1 to 255 bytes of which the first is not 0. It returns when both
// sides have said READY.
func Dial(ctx context.Context, address, identity string) (*Conn, error) {
	if len(identity) == 0 || len(identity) > 255 || identity[0] == 0 {
		return nil, fmt.Errorf("the identity %q is not possible: it has 1 to 255 bytes", identity)
	}
	dialer := net.Dialer{KeepAliveConfig: keepAlive}
	raw, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	c := &Conn{net: raw, r: bufio.NewReader(raw)}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	if err := c.greet(identity); err != nil {
		_ = raw.Close()
		return nil, cmp.Or(ctx.Err(), fmt.Errorf("%s does not greet as ZeroMQ does: %w", address, err))
	}
	return c, nil
}

// greeting is what both sides send first: signature, version 3.0, the mechanism NULL, and that a client speaks.
func greeting() []byte {
	b := make([]byte, 64)
	b[0], b[9], b[10] = 0xff, 0x7f, 3
	copy(b[12:32], "NULL")
	return b
}

// greet does the handshake.
func (c *Conn) greet(identity string) error {
	if err := c.net.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		return err
	}
	ready := appendProperty(nil, "Socket-Type", "DEALER")
	ready = appendProperty(ready, "Identity", identity)
	if _, err := c.net.Write(greeting()); err != nil {
		return err
	}
	if err := checkGreeting(c.r); err != nil {
		return err
	}
	if _, err := c.net.Write(appendCommand(nil, "READY", ready)); err != nil {
		return err
	}
	f, err := readFrame(c.r)
	if err != nil {
		return unexpected(err)
	}
	if err := checkReady(f); err != nil {
		return err
	}
	return c.net.SetDeadline(time.Time{})
}

// checkGreeting reads the other side's.
func checkGreeting(r io.Reader) error {
	var b [64]byte
	if _, err := io.ReadFull(r, b[:11]); err != nil {
		return unexpected(err)
	}
	switch {
	case b[0] != 0xff || b[9]&1 != 1:
		return errors.New("it is something else")
	case b[10] < 3:
		return fmt.Errorf("it speaks version %d of the protocol; 3 is needed, so ZeroMQ 4 or later", b[10])
	}
	if _, err := io.ReadFull(r, b[11:]); err != nil {
		return unexpected(err)
	}
	if mechanism := string(bytes.TrimRight(b[12:32], "\x00")); mechanism != "NULL" {
		return fmt.Errorf("it wants the security mechanism %q", mechanism)
	}
	return nil
}

// checkReady looks at the first frame after the greeting.
func checkReady(f frame) error {
	if !f.command {
		return errors.New("it sends a message before READY")
	}
	name, data, err := splitCommand(f.body)
	if err != nil {
		return err
	}
	if name == "ERROR" && len(data) > 0 {
		return fmt.Errorf("it refuses: %.200q", data[1:])
	}
	if name != "READY" {
		return fmt.Errorf("it sends the command %q instead of READY", name)
	}
	given, err := properties(data)
	if err != nil {
		return err
	}
	if kind := given["socket-type"]; kind != "ROUTER" {
		return fmt.Errorf("its socket is a %s, not a ROUTER", kind)
	}
	return nil
}

// Send sends a message. It returns when the system has taken it, or with an error, after which the connection is of no use.
func (c *Conn) Send(message []byte) error { return c.write(false, message) }

func (c *Conn) write(command bool, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = appendFrame(c.out[:0], command, body)
	if err := c.net.SetWriteDeadline(time.Now().Add(sendTime)); err != nil {
		return err
	}
	_, err := c.net.Write(c.out)
	if cap(c.out) > 1<<20 {
		c.out = nil
	}
	return err
}

// Receive waits for the next message. Commands are dealt with on the way.
func (c *Conn) Receive() ([]byte, error) {
	for {
		f, err := readFrame(c.r)
		switch {
		case err != nil:
			return nil, err
		case f.command:
			if err := c.command(f.body); err != nil {
				return nil, err
			}
		case f.more:
			return nil, errors.New("a message has several frames")
		default:
			return f.body, nil
		}
	}
}

// command answers PING, which has two bytes of time to live and then what the answer has to repeat. Others mean nothing here.
func (c *Conn) command(body []byte) error {
	name, data, err := splitCommand(body)
	if err != nil {
		return err
	}
	if name == "PING" && len(data) >= 2 {
		return c.write(true, append([]byte("\x04PONG"), data[2:]...))
	}
	return nil
}

// Finish says to the peer that nothing more will come. Receive goes on until the peer closes too, finishTime at most: a
// system that closes a connection of which not all was read resets it, and what was sent last may be lost.
func (c *Conn) Finish() error {
	if err := c.net.SetReadDeadline(time.Now().Add(finishTime)); err != nil {
		return err
	}
	return c.net.(*net.TCPConn).CloseWrite()
}

// Close closes the connection at once. A Receive that waits returns an error.
func (c *Conn) Close() error { return c.net.Close() }
