package bridge

import (
	"crypto/tls"
	"iter"
	"net"
	"net/http"
	"strings"
	"time"
)

// Response is an answer and its measurement. Do overwrites all of it, so one object can serve all requests of a
// user; Header, Body, History and Reason are never reused, so a plain copy of the struct can be kept for ever.
type Response struct {
	Status int    // 0 after an error
	Reason string // as sent, without the code; HTTP/2 has none
	Proto  string // "HTTP/1.1", "HTTP/1.0", "HTTP/2.0"; "" after an error
	Header Header
	Body   []byte // decoded; nil when empty. The caller owns it.

	Size      int64 // length of the whole decoded body, also when Body was cut
	WireSize  int64 // length of the body as it was transferred, without chunk framing
	Truncated bool  // Body holds only the first Config.MaxBody bytes

	BytesIn, BytesOut int64 // on the socket: heads, bodies, TLS, all redirects

	Origin  *Origin // of the last request of the chain
	URI     string
	History []Hop // the redirects followed, oldest first
	// Cookies are those of the jar that the last request carried.
	Cookies []*http.Cookie

	// Sent is when the first byte was handed to the kernel, or when name look-up or connecting began where that was
	// needed. Done is when the last byte arrived (when the read returned that brought it, where the kernel does not
	// say); decoding comes after it. Both are set after
	// an error too, and after ErrClosed: if the answer was not complete, Done is when the request was given up.
	Sent, Done time.Time
	Stamped    bool          // Done is the kernel's receive timestamp
	WakeLag    time.Duration // from Done until this goroutine had the last byte; known only when Stamped
	// ConnectLag is how much later than that this goroutine noticed that it was connected, where the kernel tells.
	// Sent has been moved on by it.
	ConnectLag time.Duration
	Phases     Phases
	// Queued is how long it waited for another request of the same user to open the connection that both use. It is
	// part of Elapsed and of no phase.
	Queued  time.Duration
	Reused  bool // the (last) request went over a connection that had been used before
	Retried bool // a kept connection turned out to be closed; the request was sent again on a new one

	via *conn // the connection of the last request
}

// RemoteAddr is the other end of the connection of the last request: the server, or the proxy that leads to it. It is nil
// if no connection came about.
func (w *Response) RemoteAddr() net.Addr {
	if w.via == nil {
		return nil
	}
	return w.via.socket.RemoteAddr()
}

// TLS is the state of that connection; nil if it is not encrypted or the handshake failed. It is a copy, and not cheap.
func (w *Response) TLS() *tls.ConnectionState {
	if w.via == nil {
		return nil
	}
	t, ok := w.via.rw.(*tls.Conn)
	if !ok {
		return nil
	}
	s := t.ConnectionState()
	return &s
}

// Phases are the parts of Done - Sent, summed over redirects. Their sum never exceeds it. What is missing is the
// generator's own work between them; after an error, also the wait for an answer, or the receiving, that did not end.
//
// What k6 calls blocked is DNS + Connect + TLS of a request that follows no redirects: a user's request never waits for
// another one's connection. Connect, TLS, Send, Wait and Receive are its connecting, tls_handshaking, sending, waiting
// and receiving, and its duration is the sum of the last three.
type Phases struct{ DNS, Connect, TLS, Send, Wait, Receive time.Duration }

// Hop is an answer that redirected.
type Hop struct {
	Status int
	Origin *Origin
	URI    string
}

// URL is the address that answered.
func (h Hop) URL() string { return h.Origin.URL(h.URI) }

// URL is the address of the last request of the chain.
func (w *Response) URL() string {
	if w.Origin == nil {
		return ""
	}
	return w.Origin.URL(w.URI)
}

// Elapsed is the service time.
func (w *Response) Elapsed() time.Duration { return w.Done.Sub(w.Sent) }

// Header is the field lines of a response, as received. It is a string: cheap to keep, parsed when looked at.
// Trailer fields are not part of it; of folded lines (obsolete since RFC 7230) only the first is shown.
type Header string

// Get returns the first value of the field, or "". The case of the name does not matter.
func (h Header) Get(name string) string {
	for k, v := range h.All() {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// Values returns all values of the field in order.
func (h Header) Values(name string) []string {
	var vs []string
	for k, v := range h.All() {
		if strings.EqualFold(k, name) {
			vs = append(vs, v)
		}
	}
	return vs
}

// All yields names (as the server spelt them) and values in the order received.
func (h Header) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for rest := string(h); rest != ""; {
			var line string
			line, rest, _ = strings.Cut(rest, "\n")
			name, value, ok := strings.Cut(line, ":")
			if ok && line[0] != ' ' && line[0] != '\t' && !yield(strings.TrimRight(name, " \t"), strings.Trim(value, " \t\r")) {
				return
			}
		}
	}
}
