package script

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
)

// The causes of what the fetcher cannot get, without the URL, which the caller knows.

type status struct {
	code int
	text string
}

func (s *status) Error() string { return s.text }

type missing struct{ dir string }

func (m *missing) Error() string { return "not in the cache" }

type mismatch struct{ want, have string }

func (m *mismatch) Error() string { return "its hash is " + m.have + ", but " + m.want + " is wanted" }

// unreachable tells a server that cannot be asked from one that says no.
func unreachable(err error) bool {
	var s *status
	if errors.As(err, &s) {
		return s.code >= 500 || s.code == http.StatusTooManyRequests
	}
	var network net.Error
	return errors.As(err, &network)
}

// causeOf takes the method and the URL out of what the client says.
func causeOf(err error) error {
	var dns *net.DNSError
	var network net.Error
	var wrapped *url.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return &cause{"no such host", err}
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return &cause{"no answer in time", err}
	case errors.As(err, &wrapped):
		return &cause{wrapped.Err.Error(), err}
	}
	return err
}

// cause is an error in fewer words.
type cause struct {
	text string
	err  error
}

func (c *cause) Error() string { return c.text }
func (c *cause) Unwrap() error { return c.err }
