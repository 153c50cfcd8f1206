package bridge

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/valyala/fasthttp"
	"golang.org/x/net/http2"
)

func isTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, fasthttp.ErrTimeout) // from the answer to CONNECT
}

func isNetError(err error) bool {
	var n net.Error
	return errors.As(err, &n)
}

// closedByPeer: what a request meets on a connection that the server has closed.
func closedByPeer(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.ErrUnexpectedEOF)
}

// dialFailure is the error of a connection that did not come about.
func (h *hop) dialFailure(err error, via route) error {
	if g := generator(err); g != nil {
		return g
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed) {
		return ErrClosed
	}
	if e := new(Error); errors.As(err, &e) {
		return e // from a Dialer
	}
	if via.proxy != nil {
		return h.proxyFailure(err)
	}
	var dns *net.DNSError
	switch {
	case isTimeout(err):
		return &Error{Kind: ConnectTimeout, Text: "no connection within " + span(h.timeout), Err: err}
	case errors.As(err, &dns):
		return dnsFailure(dns)
	}
	return connectionFailure(err)
}

func dnsFailure(err *net.DNSError) *Error {
	text := "the name server failed on: "
	if err.IsNotFound {
		text = "no such host: "
	} else if err.IsTimeout {
		text = "no answer from the name server for: "
	}
	text += shown(err.Name, maxShown)
	return &Error{Kind: DNSError, Text: text, Err: err}
}

func connectionFailure(err error) error {
	text := system(err)
	if text == "" {
		text = innermost(err)
	}
	return &Error{Kind: ConnectionError, Text: text, Err: err}
}

// proxyFailure is dialFailure when it was the proxy that could not be reached or that refused.
func (h *hop) proxyFailure(err error) error {
	var dns *net.DNSError
	text := system(err)
	switch {
	case isTimeout(err):
		return &Error{Kind: ConnectTimeout, Text: "no connection through the proxy within " + span(h.timeout), Err: err}
	case text != "":
	case errors.As(err, &dns):
		text = dnsFailure(dns).Text
	case closedByPeer(err):
		text = "connection closed by the proxy"
	default:
		text = strings.TrimPrefix(innermost(err), "unknown error ") // x/net/internal/socks puts it before SOCKS replies
	}
	return &Error{Kind: ProxyError, Text: text, Err: err}
}

// innermost is the text of the deepest error of a chain: there are no addresses in it, and little of an answer.
func innermost(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return shown(err.Error(), maxShown)
		}
		err = next
	}
}

// readFailure is the error of a request on a connection that had come about.
func (h *hop) readFailure(err error, begun bool) error {
	if e := new(Error); errors.As(err, &e) {
		return e
	}
	if e := http2Failure(err); e != nil {
		return e
	}
	text := tlsText(err)
	switch {
	case text != "":
		return &Error{Kind: TLSError, Text: text, Err: err}
	case isTimeout(err):
		return &Error{Kind: ReadTimeout, Text: "no complete response within " + span(h.timeout), Err: err}
	case errors.Is(err, net.ErrClosed):
		return ErrClosed
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		text = "connection closed before the response"
		if begun {
			text = "connection closed in the middle of the response"
		}
		return &Error{Kind: ConnectionError, Text: text, Err: err}
	}
	if g := generator(err); g != nil {
		return g
	}
	return connectionFailure(err)
}

// http2Failure is the error of a request that HTTP/2 itself ended: by the server, or because of what the server sent. nil
// for others.
func http2Failure(err error) error {
	var (
		stream http2.StreamError
		away   goAwayError
		broken http2.ConnectionError
	)
	switch {
	case errors.As(err, &stream) && errors.Is(stream.Cause, errReset):
		return &Error{Kind: ConnectionError, Text: "server reset the stream: " + stream.Code.String(), Err: err}
	case errors.As(err, &stream):
		return &Error{Kind: InvalidResponse, Text: "malformed answer: " + stream.Code.String(), Err: err}
	case errors.As(err, &away):
		return &Error{Kind: ConnectionError, Text: "server ended the connection: " + away.code.String(), Err: err}
	case errors.As(err, &broken):
		return &Error{Kind: InvalidResponse, Text: "malformed HTTP/2: " + http2.ErrCode(broken).String(), Err: err}
	}
	return nil
}

// invalidHead sorts fasthttp's errors, whose texts hold bytes of the answer.
func invalidHead(err error) error {
	text := "malformed header"
	for part, t := range map[string]string{
		"first line":           "malformed status line",
		"status code":          "malformed status line",
		"http version":         "unsupported HTTP version",
		"ransfer-encoding":     "unsupported Transfer-Encoding",
		"invalid header value": "malformed header",
	} {
		if strings.Contains(err.Error(), part) {
			text = t
		}
	}
	if errors.Is(err, fasthttp.ErrDuplicateContentLength) {
		text = "more than one Content-Length"
	}
	return &Error{Kind: InvalidResponse, Text: text, Err: err}
}
