package k6

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"katydid/runtime/bridge"
)

// address is a URL that was parsed.
type address struct {
	origin *bridge.Origin
	uri    string
	shown  string // without a password
	user   *userinfo
	wrong  *refusal // why nothing can be sent there; nil if it can
}

type userinfo struct{ name, password string }

// wrongURL says what is wrong with a URL, in the words of Go's client where scripts may look for them.
func wrongURL(text string, err error) *refusal {
	u, e := url.Parse(text)
	switch {
	case e != nil:
		if masked(text) != text {
			return &refusal{code: codeInvalidURL, text: "invalid URL: " + err.Error()} // Go's own words have the password in them
		}
		return &refusal{code: codeInvalidURL, text: "invalid URL: " + e.Error()}
	case u.Scheme != "http" && u.Scheme != "https":
		return &refusal{code: codeGeneric, text: fmt.Sprintf("unsupported protocol scheme %q", u.Scheme), counts: true}
	case u.Host == "":
		return &refusal{code: codeGeneric, text: "http: no Host in request URL", counts: true}
	}
	if e := (*bridge.Error)(nil); errors.As(err, &e) {
		return &refusal{code: codeInvalidURL, text: "invalid URL: " + e.Text}
	}
	return &refusal{code: codeInvalidURL, text: "invalid URL: " + err.Error()}
}

// maxKnown bounds the URLs that a user remembers, and maxShared those that all remember together: scripts ask for the
// same ones again and again, or for ever new ones.
const (
	maxKnown  = 64
	maxShared = 1000
)

// parse reads a URL.
func (w *web) parse(text string) *address {
	if a := w.known[text]; a != nil {
		return a
	}
	a := w.s.run.urls.find(text)
	if len(w.known) >= maxKnown {
		clear(w.known)
	}
	w.known[text] = a
	return a
}

// urls are what users share of the URLs that they have parsed: it is never changed. Any goroutine may use it.
type urls struct {
	addresses, origins sync.Map // by text; by what of it comes before the path
	count              atomic.Int64
}

func (u *urls) find(text string) *address {
	if a, ok := u.addresses.Load(text); ok {
		return a.(*address)
	}
	a := u.read(text)
	if u.count.Load() < maxShared {
		u.count.Add(1)
		u.addresses.Store(text, a)
	}
	return a
}

func (u *urls) read(text string) *address {
	a := &address{shown: masked(text)}
	origin, uri, err := u.split(text)
	if err == nil && strings.Contains(text, "%") { // which the bridge leaves as they are
		_, err = url.Parse(text)
	}
	if err != nil {
		a.wrong = wrongURL(text, err)
	} else {
		a.origin, a.uri = origin, uri
	}
	if strings.Contains(text, "@") {
		if u, err := url.Parse(text); err == nil && u.User != nil {
			password, _ := u.User.Password()
			a.user = &userinfo{u.User.Username(), password}
		}
	}
	return a
}

// split is bridge.ParseURL, which takes its time, once for all URLs of an origin.
func (u *urls) split(text string) (*bridge.Origin, string, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	end := strings.IndexAny(rest, `/?#\`)
	if !ok || end <= 0 || rest[end] != '/' {
		return bridge.ParseURL(text)
	}
	end += len(scheme) + len("://")
	if o, ok := u.origins.Load(text[:end]); ok {
		return o.(*bridge.Origin).Resolve(text[end:])
	}
	o, uri, err := bridge.ParseURL(text)
	if err == nil && u.count.Load() < maxShared {
		u.count.Add(1)
		u.origins.Store(text[:end], o)
	}
	return o, uri, err
}

// masked hides the user and the password of a URL.
func masked(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || !strings.Contains(rest, "@") {
		return text
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	at := strings.LastIndexByte(host, '@')
	if at < 0 {
		return text
	}
	return scheme + "://****:****@" + host[at+1:] + path
}
