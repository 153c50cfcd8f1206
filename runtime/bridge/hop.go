package bridge

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// hop is one request of a chain of redirects.
type hop struct {
	cfg    *Config
	method string
	origin *Origin
	uri    string
	header []Field
	body   []byte

	cookies   bool
	jar       *Jar           // may be nil until the first cookie
	carried   []*http.Cookie // of the jar, when it was sent
	discard   bool
	crossed   bool // a redirect has led to another origin: Authorization and Cookie of the script stay behind
	bodyGone  bool // a redirect has turned it into GET: neither do the fields that describe the body
	redirects int  // how many may still follow

	timeout  time.Duration // 0: none
	deadline time.Time     // zero until start, and if there is none
}

// start sets the time at which the chain began, if it had not begun.
func (h *hop) start(w *Response, now time.Time) {
	if !w.Sent.IsZero() {
		return
	}
	w.Sent = now
	if h.timeout > 0 {
		h.deadline = now.Add(h.timeout)
	}
}

func (h *hop) idempotent() bool {
	switch h.method {
	case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE":
		return true
	}
	return false
}

// hop is the first request of the chain that r begins, or goes on with after Redirect.
func (c *Client) hop(r *Request) hop {
	h := hop{cfg: c.cfg, method: r.Method, origin: r.Origin, uri: r.URI, header: r.Header, body: r.Body,
		cookies: !r.NoCookies, jar: r.Jar, discard: r.Discard, crossed: r.crossed, bodyGone: r.bodyGone,
		timeout: c.cfg.timeout(r), redirects: c.cfg.maxRedirects(r)}
	if h.method == "" {
		h.method = "GET"
	}
	if h.uri == "" {
		h.uri = "/"
	}
	if h.jar == nil {
		h.jar = c.jar
	}
	return h
}

// Redirect is for callers who follow redirects themselves, to measure each request of a chain: w has the answer to r,
// which was sent with MaxRedirects < 0. If that is a redirect, ok is true and next is what to send now; method, body and
// credentials change as when Do follows. The error is of kind InvalidURL: the redirect leads nowhere.
func (c *Client) Redirect(r *Request, w *Response) (next Request, ok bool, err error) {
	if !redirects(w) {
		return Request{}, false, nil
	}
	h := c.hop(r)
	if err := h.follow(w); err != nil {
		return Request{}, false, err
	}
	next = *r
	next.Method, next.Origin, next.URI, next.Body = h.method, h.origin, h.uri, h.body
	next.crossed, next.bodyGone = h.crossed, h.bodyGone
	return next, true, nil
}

// chain sends r and follows redirects; w gets the last answer and the times of all.
func (c *Client) chain(r *Request, w *Response) error {
	h := c.hop(r)
	if err := h.check(); err != nil {
		return err
	}
	limit := h.redirects
	for {
		w.Origin, w.URI, w.Done = h.origin, h.uri, time.Time{}
		err := c.attempt(&h, w)
		w.Cookies = h.carried
		if err != nil {
			return err
		}
		if limit == 0 || !redirects(w) {
			return nil
		}
		if h.redirects == 0 {
			return &Error{Kind: TooManyRedirects, Text: "more than " + trimFloat(float64(limit))}
		}
		from := Hop{w.Status, h.origin, h.uri}
		if err := h.follow(w); err != nil {
			return err
		}
		w.History = append(w.History, from)
	}
}

func redirects(w *Response) bool { return redirecting(w.Status, w.Header) }

func redirecting(status int, head Header) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return head.Get("Location") != ""
	}
	return false
}

// follow makes h the request that the redirect in w asks for. Methods change as in net/http and requests: to GET
// after 301, 302 and 303 unless the request was HEAD.
func (h *hop) follow(w *Response) error {
	origin, uri, err := h.locate(w.Header.Get("Location"))
	if err != nil {
		return err
	}
	h.crossed = h.crossed || crosses(h.origin, origin)
	h.origin, h.uri = origin, uri
	h.redirects--
	if w.Status < 307 && h.method != "HEAD" {
		h.method, h.body, h.bodyGone = "GET", nil, true
	}
	return nil
}

// crosses: credentials may follow an upgrade from http to https of the same host, and go nowhere else.
func crosses(from, to *Origin) bool {
	return from.key != to.key && !(from.Host == to.Host && to.Scheme == "https")
}

// locate resolves a Location against the URL that sent it.
func (h *hop) locate(location string) (*Origin, string, error) {
	if strings.HasPrefix(location, "/") && !strings.HasPrefix(location, "//") && !strings.Contains(location, "/.") {
		return h.origin, cleanURI(location), nil
	}
	if absolute(location) {
		o, uri, err := ParseURL(location)
		if err == nil && o.key == h.origin.key {
			o.auth = h.origin.auth
		}
		return o, uri, err
	}
	ref, err := url.Parse(encodeLocation(location))
	if err != nil {
		return nil, "", invalidURL(location, "the redirect leads nowhere: "+cause(location, err))
	}
	base, err := url.Parse(h.origin.URL(h.uri))
	if err != nil {
		return nil, "", invalidURL(h.uri, cause(h.uri, err))
	}
	full := base.ResolveReference(ref)
	if full.Scheme+"://"+full.Host == h.origin.Scheme+"://"+h.origin.Host {
		return h.origin, cleanURI(full.RequestURI()), nil
	}
	return ParseURL(full.String())
}

// encodeLocation: servers send raw spaces and UTF-8; browsers take them.
func encodeLocation(s string) string {
	s, _, _ = strings.Cut(s, "#")
	return strings.TrimPrefix(cleanURI("/"+s), "/")
}
