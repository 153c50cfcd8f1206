package bridge

import (
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Origin is the place that a URL points to: scheme, host, port, credentials, and the path in front of all others when
// it came from a base URL. It is made once, never changes, and is shared by all users.
type Origin struct {
	Scheme string // "http" or "https"
	Name   string // host name (ASCII form) or IP address, without brackets
	Host   string // for the Host header: with brackets, and with the port unless it is the scheme's own
	Addr   string // host:port to connect to
	Base   string // path in front of every URI that Resolve makes; "" or "/a/b" without a slash at its end

	auth string // value of the Authorization header, from user:password@
	key  string // equal keys mean the same connection
}

// ParseURL takes an absolute http or https URL apart: the origin, and the path with the query in the form in which it
// is sent. The fragment is dropped; characters that may not stand in a request line are percent-encoded.
// Errors are *Error of kind InvalidURL.
func ParseURL(s string) (*Origin, string, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return nil, "", invalidURL(s, "has no scheme; write http://... or https://...")
	}
	end := strings.IndexAny(rest, `/?#\`)
	if end < 0 {
		end = len(rest)
	}
	o, err := newOrigin(s, strings.ToLower(scheme), rest[:end])
	if err != nil {
		return nil, "", err
	}
	return o, cleanURI(rest[end:]), nil
}

// ParseOrigin parses a base URL (--host). Its path goes in front of every URI that Resolve makes.
func ParseOrigin(s string) (*Origin, error) {
	o, uri, err := ParseURL(s)
	if err != nil {
		return nil, err
	}
	if strings.Contains(uri, "?") {
		return nil, invalidURL(s, "a base URL cannot have a query")
	}
	o.Base = strings.TrimRight(uri, "/")
	return o, nil
}

// Resolve turns the URL of a request into an origin and a URI: an absolute URL stands for itself, anything else is
// appended to the base. A nil Origin (no base URL was given) resolves absolute URLs only. Nothing is allocated
// for a path that can be sent as it is when there is no base path.
func (o *Origin) Resolve(target string) (*Origin, string, error) {
	if absolute(target) {
		return ParseURL(target)
	}
	if o == nil {
		return nil, "", invalidURL(target, "is relative and there is no base URL")
	}
	uri := cleanURI(target)
	if o.Base != "" {
		uri = o.Base + strings.TrimSuffix(uri, onlySlash(target))
	}
	return o, uri, nil
}

// URL is the full address of a URI, without credentials.
func (o *Origin) URL(uri string) string { return o.Scheme + "://" + o.Host + uri }

// String is the base URL, without credentials.
func (o *Origin) String() string { return o.URL(o.Base) }

func absolute(s string) bool {
	return len(s) > 7 && (strings.EqualFold(s[:7], "http://") || len(s) > 8 && strings.EqualFold(s[:8], "https://"))
}

// onlySlash: an empty target means the base itself, so the slash that cleanURI adds has to go again.
func onlySlash(target string) string {
	if target == "" {
		return "/"
	}
	return ""
}

func newOrigin(whole, scheme, authority string) (*Origin, error) {
	port := "80"
	switch scheme {
	case "https":
		port = "443"
	case "http":
	default:
		return nil, invalidURL(whole, "scheme must be http or https")
	}
	u, err := url.Parse(scheme + "://" + authority)
	if err != nil {
		return nil, invalidURL(whole, cause(whole, err))
	}
	name, err := hostName(u.Hostname())
	if err != nil {
		return nil, invalidURL(whole, "bad host name")
	}
	o := &Origin{Scheme: scheme, Name: name, Host: name}
	if strings.Contains(name, ":") {
		ip, _, _ := strings.Cut(name, "%") // the zone means something on this machine only (RFC 6874, 4)
		o.Host = "[" + ip + "]"
	}
	if p := u.Port(); p != "" && p != port {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return nil, invalidURL(whole, "bad port")
		}
		port = p
		o.Host += ":" + p
	}
	o.Addr = net.JoinHostPort(name, port)
	o.key = scheme + "://" + o.Addr
	if u.User != nil {
		password, _ := u.User.Password()
		o.auth = BasicAuth(u.User.Username(), password)
	}
	return o, nil
}

// hostName is the form for DNS and for the Host header: lower case, IDN as punycode.
func hostName(s string) (string, error) {
	if s == "" {
		return "", strconv.ErrSyntax
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			return idna.Lookup.ToASCII(s)
		}
		if s[i] <= ' ' || strings.IndexByte(`"<>\^{|}`+"`", s[i]) >= 0 {
			return "", strconv.ErrSyntax
		}
	}
	return strings.ToLower(s), nil
}

// BasicAuth is the value of an Authorization header (RFC 7617, UTF-8).
func BasicAuth(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func invalidURL(s, why string) error {
	return &Error{Kind: InvalidURL, Text: shown(hideUser(s), maxShown) + ": " + shown(why, maxShown)}
}

// cause strips the URL s that net/url repeats in its errors. What else it quotes may be a part of a password.
func cause(s string, err error) string {
	if strings.Contains(s, "@") {
		return "cannot be parsed (special characters in user:password must be percent-encoded)"
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
