package bridge

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"

	"golang.org/x/net/publicsuffix"
)

// Jar is a set of cookies: of one user and of his siblings, or of single requests (Request.Jar). Any number of
// goroutines may use it. It costs next to nothing until its first cookie, since most users of most tests never see one.
// A nil Jar is empty and takes nothing.
type Jar struct {
	lax bool
	p   atomic.Pointer[cookiejar.Jar]
}

// NewJar makes an empty jar. A lax one takes cookies for whole public suffixes too (Domain=co.uk), which browsers refuse.
func NewJar(lax bool) *Jar { return &Jar{lax: lax} }

// Cookies returns name and value of the cookies that a request for uri at o would carry, in the order in which they are
// sent: longer paths first, older ones first among equals (RFC 6265, 5.4).
func (j *Jar) Cookies(o *Origin, uri string) []*http.Cookie {
	if j == nil {
		return nil
	}
	if p := j.p.Load(); p != nil {
		return p.Cookies(o.cookieURL(uri))
	}
	return nil
}

// Set takes k as if an answer from uri at o had set it: what k says of domain and path must fit, and where it says
// nothing they are those of the address. A negative MaxAge deletes.
func (j *Jar) Set(o *Origin, uri string, k *http.Cookie) { j.set(o, uri, []*http.Cookie{k}) }

// Keep stores what an answer from uri at o sets. Malformed cookies are passed over, as browsers do.
func (j *Jar) Keep(o *Origin, uri string, head Header) {
	var set []*http.Cookie
	for _, line := range head.Values("Set-Cookie") {
		if k, err := http.ParseSetCookie(line); err == nil {
			set = append(set, k)
		}
	}
	if len(set) > 0 {
		j.set(o, uri, set)
	}
}

// Delete forgets the cookies of that name that a request for uri at o would carry.
func (j *Jar) Delete(o *Origin, uri, name string) {
	var gone []*http.Cookie
	for _, domain := range domainsOf(o.Name) {
		for _, path := range pathsOf(o.cookieURL(uri).Path) {
			gone = append(gone, &http.Cookie{Name: name, Domain: domain, Path: path, MaxAge: -1})
		}
	}
	j.set(o, uri, gone)
}

// Clear forgets all cookies that a request for uri at o would carry.
func (j *Jar) Clear(o *Origin, uri string) {
	for _, k := range j.Cookies(o, uri) {
		j.Delete(o, uri, k.Name)
	}
}

// empty forgets all.
func (j *Jar) empty() {
	if j != nil {
		j.p.Store(nil)
	}
}

func (j *Jar) set(o *Origin, uri string, cookies []*http.Cookie) {
	p := j.p.Load()
	if p == nil {
		options := &cookiejar.Options{PublicSuffixList: publicsuffix.List}
		if j.lax {
			options = nil
		}
		p, _ = cookiejar.New(options) // never fails
		if !j.p.CompareAndSwap(nil, p) {
			p = j.p.Load()
		}
	}
	if p != nil { // nil: emptied in this very moment
		p.SetCookies(o.cookieURL(uri), cookies)
	}
}

// domainsOf are the domains whose cookies go to a host: "", which stands for the host, and all that it lies in.
func domainsOf(host string) []string {
	all := []string{""}
	if strings.Contains(host, ":") {
		return all // IPv6; what the jar makes of parts of an IPv4 address it refuses
	}
	for {
		_, parent, more := strings.Cut(host, ".")
		if !more {
			return all
		}
		all = append(all, parent)
		host = parent
	}
}

// pathsOf are the paths whose cookies go to a request for path (RFC 6265, 5.1.4).
func pathsOf(path string) []string {
	all := []string{path}
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		if i > 0 {
			all = append(all, path[:i])
		}
		if i < len(path)-1 {
			all = append(all, path[:i+1])
		}
	}
	return all
}

func (o *Origin) cookieURL(uri string) *url.URL {
	path, _, _ := strings.Cut(uri, "?")
	if p, err := url.PathUnescape(path); err == nil {
		path = p
	}
	return &url.URL{Scheme: o.Scheme, Host: o.Host, Path: path}
}

// Jar is the user's jar, made now if there was none yet.
func (c *Client) Jar() *Jar {
	if c.jar == nil {
		c.jar = NewJar(c.cfg.LaxCookies)
	}
	return c.jar
}

// UseJar makes j the user's jar from now on; nil stands for an empty one, which is made with its first cookie. Siblings
// keep the jar that they were made with.
func (c *Client) UseJar(j *Jar) { c.jar = j }

// Cookies returns name and value of the cookies that a request for uri at o would carry.
func (c *Client) Cookies(o *Origin, uri string) []*http.Cookie { return c.jar.Cookies(o, uri) }

// SetCookie gives the user a cookie for the whole of o. A negative MaxAge deletes it.
func (c *Client) SetCookie(o *Origin, k *http.Cookie) {
	k2 := *k
	if k2.Path == "" {
		k2.Path = "/"
	}
	c.Jar().Set(o, "/", &k2)
}

// ClearCookies forgets all cookies of the user and of his siblings.
func (c *Client) ClearCookies() { c.jar.empty() }
