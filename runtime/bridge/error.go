package bridge

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Kind is the sort of a failure; it is the first word of the failure's text in all reports.
type Kind string

// The kinds. All but Aborted, Refused and GeneratorError tell something about the target (or the way to it).
const (
	ConnectionError  Kind = "ConnectionError"
	ConnectTimeout   Kind = "ConnectTimeout"
	ReadTimeout      Kind = "ReadTimeout"
	DNSError         Kind = "DNSError"
	TLSError         Kind = "TLSError"
	ProxyError       Kind = "ProxyError"
	TooManyRedirects Kind = "TooManyRedirects"
	InvalidURL       Kind = "InvalidURL"
	InvalidRequest   Kind = "InvalidRequest"  // a header or method that cannot be sent: the script's fault
	InvalidResponse  Kind = "InvalidResponse" // not HTTP, or a body that cannot be decoded
	GeneratorError   Kind = "GeneratorError"  // this machine ran out of descriptors, ports or memory
	Refused          Kind = "Refused"         // by a Dialer: a blocked host name or address
	Aborted          Kind = "Aborted"         // only ErrClosed
)

// Error is why a request got no answer. Text never holds what differs from one request to the next (ports, addresses,
// byte counts), so that equal failures group, and no credentials. What it quotes of an address or of an answer is cut to
// a few words and has no control characters. Err, which may be nil, has the details.
type Error struct {
	Kind Kind
	Text string
	Err  error
}

// Error is the text for reports: Kind('text').
func (e *Error) Error() string { return string(e.Kind) + "('" + e.Text + "')" }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrClosed is what Do returns after Close, and when Close ended it. The target has nothing to do with it, so
// it must not be counted as a failure of the target.
var ErrClosed error = &Error{Kind: Aborted, Text: "the request was ended because the user was stopped"}

// span formats a limit for a text: 60s, 1.5s, 250ms.
func span(d time.Duration) string {
	if d >= time.Second {
		return trimFloat(d.Seconds()) + "s"
	}
	return trimFloat(float64(d)/1e6) + "ms"
}

// maxShown is how many characters of an address or of an answer a text shows.
const maxShown = 200

// shown makes what comes from outside fit for a text: at most limit characters, and only such as can be printed.
func shown(s string, limit int) string {
	end, n := "", 0
	for i := range s {
		if n == limit {
			s, end = s[:i], "..."
			break
		}
		n++
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s) + end
}

// hideUser takes user:password@ out of an address. It is for addresses that may be malformed (a password can hold a
// slash that should have been encoded), so it takes away too much rather than too little.
func hideUser(s string) string {
	start := 0
	if i := strings.Index(s, "://"); i >= 0 {
		start = i + len("://")
	} else if strings.HasPrefix(s, "//") {
		start = len("//")
	} else if strings.HasPrefix(s, "/") {
		return s // a path
	}
	if at := strings.LastIndexByte(s[start:], '@'); at >= 0 {
		return s[:start] + "***" + s[start+at:]
	}
	return s
}
