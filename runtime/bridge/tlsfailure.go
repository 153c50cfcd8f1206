package bridge

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"syscall"
)

// tlsFailure is the error of a connection that came about but could not be secured.
func (h *hop) tlsFailure(err error) error {
	if isTimeout(err) {
		return &Error{Kind: ConnectTimeout, Text: "no connection within " + span(h.timeout), Err: err}
	}
	if errors.Is(err, net.ErrClosed) {
		return ErrClosed
	}
	if e := new(Error); errors.As(err, &e) {
		return err // from dial
	}
	text := tlsText(err)
	switch {
	case text != "":
	case errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE):
		text = "connection reset in the TLS handshake"
	case closedByPeer(err):
		text = "connection closed in the TLS handshake"
	default:
		text = strings.TrimPrefix(innermost(err), "tls: ")
	}
	return &Error{Kind: TLSError, Text: text, Err: err}
}

// tlsText names the cause of a TLS error; "" if err is not one.
func tlsText(err error) string {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		op        *net.OpError
	)
	switch {
	case errors.As(err, &authority):
		return "certificate signed by unknown authority"
	case errors.As(err, &host):
		return hostText(host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if strings.Contains(invalid.Detail, "is before") {
			return "certificate is not yet valid"
		}
		return "certificate has expired"
	case errors.As(err, &invalid):
		return shown(strings.TrimPrefix(invalid.Error(), "x509: "), maxShown)
	case errors.As(err, &record):
		return "server does not speak TLS"
	case errors.As(err, &alert):
		return "server refused: " + strings.TrimPrefix(alert.Error(), "tls: ")
	case errors.As(err, &op) && op.Op == "remote error":
		return "server refused: " + strings.TrimPrefix(op.Err.Error(), "tls: ")
	}
	return ""
}

func hostText(err x509.HostnameError) string {
	valid := err.Certificate.DNSNames
	for _, ip := range err.Certificate.IPAddresses {
		valid = append(valid[:len(valid):len(valid)], ip.String())
	}
	if len(valid) == 0 {
		return "certificate names no host, so it is not valid for " + shown(err.Host, maxShown)
	}
	return "certificate is valid for " + shown(strings.Join(valid, ", "), maxShown) + ", not " + shown(err.Host, maxShown)
}
