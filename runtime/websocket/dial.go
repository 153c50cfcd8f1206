// Package websocket is the client's side of WebSocket connections (RFC 6455, with the compression of RFC 7692). It knows
// no scripts; the frames are gobwas/ws's, the connections the bridge's.
package websocket

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what RFC 6455 asks for; it protects nothing
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"katydid/runtime/bridge"
)

// Request says what to connect to. The URL is that of the handshake: http stands for ws, https for wss.
type Request struct {
	Origin    *bridge.Origin
	URI       string
	Header    http.Header // User-Agent, Cookie, ...
	Protocols []string
	Deflate   bool // offer to compress messages
	// Sent is called when a message that was to be counted has been written; in a goroutine of the Conn.
	Sent func()
}

// Answer is the server's to the handshake.
type Answer struct {
	Status int
	Reason string
	Header http.Header
	Body   []byte // only of a refusal, and no more than maxRefusal of it
}

const (
	maxRefusal = 64 << 10
	readBuffer = 1 << 10 // of an open connection; larger messages are read past it
	maxMessage = bridge.DefaultMaxBody
)

// ErrHandshake says that the server has answered, but does not speak WebSocket with us.
var ErrHandshake = errors.New("websocket: bad handshake")

// Dial connects. With ErrHandshake there is an answer too; other errors are those of bridge.Config.Open and of reading.
// When ctx ends, Dial does.
func Dial(ctx context.Context, cfg *bridge.Config, traffic *bridge.Traffic, r *Request) (*Conn, *Answer, error) {
	nc, err := cfg.Open(ctx, r.Origin, traffic)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
	c := &Conn{nc: nc, br: bufio.NewReaderSize(nc, readBuffer), sent: r.Sent}
	c.written.L = &c.mu
	answer, err := c.shake(r)
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		_ = nc.Close()
		return nil, answer, err
	}
	return c, answer, nil
}

// shake is the handshake (RFC 6455, 4.1).
func (c *Conn) shake(r *Request) (*Answer, error) {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	key := base64.StdEncoding.EncodeToString(nonce)
	req := &http.Request{Method: http.MethodGet, Host: r.Origin.Host, URL: address(r), Header: r.Header.Clone()}
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	for name, value := range map[string]string{
		"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key,
		"Sec-WebSocket-Protocol": strings.Join(r.Protocols, ", "),
	} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if r.Deflate {
		req.Header.Set("Sec-WebSocket-Extensions", deflateOffer)
	}
	var head bytes.Buffer
	_ = req.Write(&head)
	if _, err := c.nc.Write(head.Bytes()); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(c.br, req)
	if err != nil {
		return nil, err
	}
	a := &Answer{Status: resp.StatusCode, Header: resp.Header, Reason: strings.TrimPrefix(resp.Status, fmt.Sprintf("%d ", resp.StatusCode))}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		a.Body, _ = io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // what there is of it
		return a, ErrHandshake
	}
	if !hasToken(resp.Header, "Upgrade", "websocket") || !hasToken(resp.Header, "Connection", "upgrade") ||
		resp.Header.Get("Sec-WebSocket-Accept") != acceptOf(key) {
		return a, ErrHandshake
	}
	c.Protocol, c.Extensions = resp.Header.Get("Sec-WebSocket-Protocol"), resp.Header.Get("Sec-WebSocket-Extensions")
	return a, c.agree(r.Deflate)
}

func address(r *Request) *url.URL {
	path, query, asked := strings.Cut(r.URI, "?")
	return &url.URL{Scheme: r.Origin.Scheme, Host: r.Origin.Host, Opaque: path, RawQuery: query, ForceQuery: asked && query == ""}
}

// acceptOf is the value with which the server proves that it has read the key (RFC 6455, 4.2.2).
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // see above
	return base64.StdEncoding.EncodeToString(sum[:])
}

func hasToken(h http.Header, name, token string) bool {
	return slices.ContainsFunc(h.Values(name), func(line string) bool {
		for t := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
		return false
	})
}

// Conn is an open connection. Next belongs to one goroutine; all other methods may be called from any.
type Conn struct {
	Protocol   string // that the server has chosen; "" for none
	Extensions string // as the server has written them

	nc      net.Conn
	br      *bufio.Reader
	sent    func()
	deflate bool
	part    message // of which not all fragments have come

	mu       sync.Mutex
	queue    []frame
	buffered int       // payload bytes that the peer's kernel has not been given
	writing  bool      // a goroutine is
	written  sync.Cond // it is no more
	closing  bool      // a close frame was queued: the last
}
