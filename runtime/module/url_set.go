package module

import (
	"strings"
)

// The setters of https://url.spec.whatwg.org/#url-class. What they cannot use
// they ignore.

func (u *urlRecord) setProtocol(s string) {
	scheme, _, ok := cutScheme(s + ":")
	if !ok {
		return
	}
	next := &urlRecord{scheme: scheme}
	if next.special() != u.special() || scheme == "file" && (u.credentials() != "" || u.port != noPort) ||
		u.scheme == "file" && u.host == "" {
		return
	}
	u.scheme = scheme
	if own, _ := defaultPort(scheme); u.port == own {
		u.port = noPort
	}
}

func (u *urlRecord) setUsername(s string) {
	if !u.local() {
		u.username = userinfoSet.encode(s)
	}
}

func (u *urlRecord) setPassword(s string) {
	if !u.local() {
		u.password = userinfoSet.encode(s)
	}
}

// upToPath is the part of a host that ends where a path would begin.
func (u *urlRecord) upToPath(s string) string {
	s = withoutLineEnds.Replace(s)
	ends := "/?#"
	if u.special() {
		ends = `/?#\`
	}
	if i := strings.IndexAny(s, ends); i >= 0 {
		return s[:i]
	}
	return s
}

func (u *urlRecord) setHost(s string) {
	host, port, hasPort := cutPort(u.upToPath(s))
	if u.scheme == "file" && hasPort || hasPort && host == "" {
		return
	}
	if u.replaceHost(host) && hasPort {
		u.setLeadingPort(port)
	}
}

func (u *urlRecord) setHostname(s string) {
	host, _, hasPort := cutPort(u.upToPath(s))
	if !hasPort {
		u.replaceHost(host)
	}
}

func (u *urlRecord) replaceHost(s string) bool {
	if u.opaque {
		return false
	}
	if s == "" && (u.special() && u.scheme != "file" || u.credentials() != "" || u.port != noPort) {
		return false
	}
	host, ok := "", true
	if s != "" {
		host, ok = parseHost(s, u.special())
	}
	if !ok {
		return false
	}
	if u.scheme == "file" && host == "localhost" {
		host = ""
	}
	u.hasHost, u.host = true, host
	return true
}

func (u *urlRecord) setPortText(s string) {
	switch {
	case u.local():
	case s == "":
		u.port = noPort
	default:
		u.setLeadingPort(withoutLineEnds.Replace(s))
	}
}

// setLeadingPort takes the digits at the start, if there are any.
func (u *urlRecord) setLeadingPort(s string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 0 {
		return
	}
	if old := u.port; !u.setPort(s[:n]) {
		u.port = old
	}
}

func (u *urlRecord) setPathname(s string) {
	if u.opaque {
		return
	}
	u.path = nil
	// A mark of the next part is a character of the path here.
	s = strings.NewReplacer("?", "%3F", "#", "%23").Replace(withoutLineEnds.Replace(s))
	if u.isSlash(s, 0) {
		s = s[1:]
	} else if s == "" && !u.special() && u.hasHost {
		return
	}
	u.parsePath(s)
}

func (u *urlRecord) setSearch(s string) {
	s = strings.TrimPrefix(s, "?")
	u.hasQuery = s != ""
	u.query = u.querySet().encode(withoutLineEnds.Replace(s))
}

func (u *urlRecord) setHash(s string) {
	s = strings.TrimPrefix(s, "#")
	u.hasHash = s != ""
	u.hash = fragmentSet.encode(withoutLineEnds.Replace(s))
}
