// Package wsecho is a WebSocket server for tests: it sends back what it gets, or does what its path says.
package wsecho

import (
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
)

// Serve is a handler. Paths but these echo:
//
//	/no                  403, "go away"
//	/lie                 101 with a wrong key
//	/head                the handshake's header as JSON, when anything comes
//	/close?code=&reason= a close frame, when anything comes; code 0 is one without a code
//	/drop                the end of the connection, when anything comes
//	/bad                 a frame with a reserved opcode
//	/masked              a frame with a mask
//	/huge                the header of a frame of 1 TB
//	/ping                a ping, then the echo
//	/pieces?n=           the message in n fragments, with a ping in between
//	/flood?n=            the message n times
//	/deaf                nothing: no close is answered
//	/stuck               nothing is read until Unstick is called
//
// It compresses where the client offers it and the path begins with /deflate, and speaks the subprotocol "b".
func Serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/no":
		w.Header().Set("X-Why", "no")
		w.Header().Set("Content-Length", "7")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("go away"))
		return
	case "/lie":
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Sec-WebSocket-Accept", "x")
		w.WriteHeader(http.StatusSwitchingProtocols)
		return
	}
	up := ws.HTTPUpgrader{Protocol: func(p string) bool { return p == "b" }, Header: http.Header{"Set-Cookie": {"from=server; Path=/"}}}
	if strings.HasPrefix(r.URL.Path, "/deflate") {
		e := wsflate.Extension{Parameters: wsflate.DefaultParameters}
		up.Negotiate = e.Negotiate
	}
	nc, _, _, err := up.Upgrade(r, w)
	if err != nil {
		return
	}
	defer nc.Close()
	if r.URL.Path == "/stuck" {
		<-stuck
		return
	}
	c := conn{nc, r}
	for c.next() {
	}
}

var (
	stuck   = make(chan struct{})
	unstick sync.Once
)

// Unstick ends all connections of /stuck.
func Unstick() { unstick.Do(func() { close(stuck) }) }

type conn struct {
	net.Conn
	r *http.Request
}

// next serves a frame; false is the end.
func (c conn) next() bool {
	f, err := ws.ReadFrame(c) //nolint:staticcheck // the peer is a test
	if err != nil {
		return false
	}
	if !f.Header.Masked {
		return c.close(1002, "not masked")
	}
	ws.Cipher(f.Payload, f.Header.Mask, 0)
	switch f.Header.OpCode {
	case ws.OpPing:
		return c.write(ws.NewPongFrame(f.Payload))
	case ws.OpPong:
		return true
	case ws.OpClose:
		if c.r.URL.Path == "/deaf" {
			return true
		}
		if c.r.URL.Path == "/close" {
			return false
		}
		c.write(ws.NewCloseFrame(f.Payload))
		return false
	}
	return c.answer(f)
}

func (c conn) answer(f ws.Frame) bool {
	n, _ := strconv.Atoi(c.r.URL.Query().Get("n"))
	op, p := f.Header.OpCode, f.Payload
	switch c.r.URL.Path {
	case "/head":
		p, _ = json.Marshal(c.r.Header)
		return c.write(ws.NewTextFrame(p))
	case "/close":
		code, _ := strconv.Atoi(c.r.URL.Query().Get("code"))
		return c.close(code, c.r.URL.Query().Get("reason"))
	case "/drop":
		return false
	case "/bad":
		_, _ = c.Write([]byte{0x85, 0})
		return true
	case "/masked":
		return c.write(ws.MaskFrame(ws.NewTextFrame(p)))
	case "/huge":
		return ws.WriteHeader(c, ws.Header{Fin: true, OpCode: op, Length: 1 << 40}) == nil
	case "/deaf":
		return true
	case "/ping":
		c.write(ws.NewPingFrame([]byte("hey")))
	case "/pieces":
		for i := range n {
			first, last := i*len(p)/n, (i+1)*len(p)/n
			c.write(ws.NewFrame(op, i == n-1, p[first:last]))
			c.write(ws.NewPingFrame([]byte("mid")))
			op = ws.OpContinuation
		}
		return true
	case "/flood":
		for range n {
			if !c.write(ws.NewFrame(op, true, p)) {
				return false
			}
		}
		return true
	}
	g := ws.NewFrame(op, true, p)
	g.Header.Rsv = f.Header.Rsv // compressed, as it came
	return c.write(g)
}

func (c conn) write(f ws.Frame) bool { return ws.WriteFrame(c, f) == nil }

// close sends a close frame and waits for the answer, by going on.
func (c conn) close(code int, reason string) bool {
	if code == 0 {
		return c.write(ws.NewCloseFrame(nil))
	}
	return c.write(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusCode(code), reason)))
}
