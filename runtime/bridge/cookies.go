package bridge

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"

	"golang.org/x/net/publicsuffix"
)

// jar is the cookies of one user and of his siblings. It is made with the first cookie, since most users of most tests
// never see one.
type jar struct{ p atomic.Pointer[cookiejar.Jar] }

func (j *jar) cookies(o *Origin, uri string) []*http.Cookie {
	if j == nil {
		return nil
	}
	if p := j.p.Load(); p != nil {
		return p.Cookies(o.cookieURL(uri))
	}
	return nil
}

func (j *jar) set(o *Origin, uri string, cookies []*http.Cookie) {
	p := j.p.Load()
	if p == nil {
		p, _ = cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // never fails
		if !j.p.CompareAndSwap(nil, p) {
			p = j.p.Load()
		}
	}
	if p != nil { // nil: cleared in this very moment
		p.SetCookies(o.cookieURL(uri), cookies)
	}
}

func (o *Origin) cookieURL(uri string) *url.URL {
	path, _, _ := strings.Cut(uri, "?")
	if p, err := url.PathUnescape(path); err == nil {
		path = p
	}
	return &url.URL{Scheme: o.Scheme, Host: o.Host, Path: path}
}

func (c *Client) sharedJar() *jar {
	if c.jar == nil {
		c.jar = &jar{}
	}
	return c.jar
}

// keepCookies stores what the answer sets. Malformed cookies are passed over, as browsers do.
func (c *Client) keepCookies(h *hop, head Header) {
	var set []*http.Cookie
	for _, line := range head.Values("Set-Cookie") {
		if k, err := http.ParseSetCookie(line); err == nil {
			set = append(set, k)
		}
	}
	if len(set) > 0 {
		c.sharedJar().set(h.origin, h.uri, set)
	}
}

// Cookies returns name and value of the cookies that a request for uri at o would carry.
func (c *Client) Cookies(o *Origin, uri string) []*http.Cookie { return c.jar.cookies(o, uri) }

// SetCookie gives the user a cookie for the whole of o. A negative MaxAge deletes it.
func (c *Client) SetCookie(o *Origin, k *http.Cookie) {
	k2 := *k
	if k2.Path == "" {
		k2.Path = "/"
	}
	c.sharedJar().set(o, "/", []*http.Cookie{&k2})
}

// ClearCookies forgets all cookies of the user and of his siblings.
func (c *Client) ClearCookies() {
	if c.jar != nil {
		c.jar.p.Store(nil)
	}
}
