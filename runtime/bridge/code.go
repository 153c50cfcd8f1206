package bridge

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"golang.org/x/net/http2"
)

// Code gives the number and the text that k6 has for an error of Do, as seen by running it: 0 and "" for nil, 1000 and
// our own text for what it has no number for.
func Code(err error) (code int, text string) {
	if err == nil {
		return 0, ""
	}
	for _, sort := range [...]func(error) (int, string){codeOfOurs, codeOfHTTP2, codeOfTLS, codeOfNet} {
		if code, text := sort(err); code != 0 {
			return code, text
		}
	}
	if e := new(Error); errors.As(err, &e) {
		return 1000, e.Text
	}
	return 1000, innermost(err)
}

// codeOfOurs is for what no other library has a type for.
func codeOfOurs(err error) (int, string) {
	e := new(Error)
	switch {
	case errors.Is(err, ErrBlacklistedIP):
		return 1110, "ip is blacklisted"
	case errors.Is(err, ErrBlockedHost):
		return 1111, "hostname is blocked"
	case errors.Is(err, ErrBody):
		return 1701, "error decompressing response body (" + bodyCause(err) + ")"
	case errors.As(err, new(dialTimeout)):
		return 1211, "dial: i/o timeout"
	case !errors.As(err, &e):
		return 0, ""
	}
	switch e.Kind {
	case ConnectTimeout, ReadTimeout:
		return 1050, "request timeout"
	case InvalidURL:
		return 1020, e.Text
	}
	return 0, ""
}

// bodyCause is what the decoder said.
func bodyCause(err error) string {
	e := new(Error)
	if !errors.As(err, &e) {
		return err.Error()
	}
	if joined, ok := e.Err.(interface{ Unwrap() []error }); ok {
		parts := joined.Unwrap()
		return shown(parts[len(parts)-1].Error(), maxShown)
	}
	return e.Text
}

func codeOfHTTP2(err error) (int, string) {
	var (
		stream http2.StreamError
		away   goAwayError
		broken http2.ConnectionError
	)
	switch {
	case errors.As(err, &away):
		return numbered(1610, away.code), "http2: received GoAway with http2 ErrCode " + away.code.String()
	case errors.As(err, &stream):
		return numbered(1630, stream.Code), "http2: stream error with http2 ErrCode " + stream.Code.String()
	case errors.As(err, &broken):
		return numbered(1650, http2.ErrCode(broken)), "http2: connection error with http2 ErrCode " + http2.ErrCode(broken).String()
	}
	return 0, ""
}

// numbered: the first number is for codes that HTTP/2 does not have.
func numbered(first int, code http2.ErrCode) int {
	if code > http2.ErrCodeHTTP11Required {
		return first
	}
	return first + 1 + int(code)
}

func codeOfTLS(err error) (int, string) {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &authority):
		return 1310, "x509: unknown authority"
	case errors.As(err, &host):
		return 1311, "x509: certificate doesn't match hostname"
	case errors.As(err, &record):
		return 1301, record.Error()
	case errors.As(err, &invalid):
		text, _, _ := strings.Cut(invalid.Error(), ": current time") // which would make each one another text
		return 1000, text
	}
	return 0, ""
}

func codeOfNet(err error) (int, string) {
	var (
		dns *net.DNSError
		op  *net.OpError
	)
	switch {
	case errors.As(err, &dns):
		if dns.IsNotFound {
			return 1101, "lookup: no such host"
		}
		return 1100, "lookup: " + shown(dns.Err, maxShown)
	case errors.As(err, &op) && op.Op == "remote error": // an alert of TLS
		return 1010, op.Op + ": " + op.Err.Error()
	}
	if errno := errnoOf(err); errno != 0 {
		return codeOfErrno(errno, op)
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 1000, "unexpected EOF"
	case errors.Is(err, io.EOF):
		return 1000, "EOF"
	}
	return 0, ""
}

// codeOfErrno: op, which may be nil, is what the system call was for.
func codeOfErrno(errno syscall.Errno, op *net.OpError) (int, string) {
	what := "read"
	if op != nil {
		what = op.Op
	}
	text := what + ": " + errno.Error()
	switch {
	case errno == syscall.ECONNRESET:
		return 1220, text
	case errno == syscall.EPIPE:
		return 1201, text
	case what == "dial" && errno == syscall.ECONNREFUSED:
		return 1212, text
	case what == "dial" && errno == syscall.ETIMEDOUT:
		return 1211, "dial: i/o timeout"
	case what == "dial":
		return 1213, text
	}
	return 1202, text
}
