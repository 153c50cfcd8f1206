package module

import (
	"slices"
	"strings"
)

// parseURL is the URL parser of https://url.spec.whatwg.org/#url-parsing: what
// there is a state machine over characters is here a function for each part of
// the text. base may be nil.
func parseURL(input string, base *urlRecord) (*urlRecord, bool) {
	s := strings.TrimFunc(input, func(r rune) bool { return r <= ' ' })
	s = withoutLineEnds.Replace(s)
	u := &urlRecord{port: noPort}
	scheme, rest, ok := cutScheme(s)
	if !ok {
		return u, base != nil && u.reference(s, base)
	}
	u.scheme = scheme
	switch {
	case scheme == "file":
		if base != nil && base.scheme != "file" {
			base = nil
		}
		return u, u.file(rest, base)
	case u.special() && base != nil && base.scheme == scheme && !strings.HasPrefix(rest, "//"):
		return u, u.relative(rest, base)
	case u.special():
		return u, u.authority(strings.TrimLeft(rest, `/\`))
	case strings.HasPrefix(rest, "//"):
		return u, u.authority(rest[2:])
	case strings.HasPrefix(rest, "/"):
		u.parsePath(rest[1:])
		return u, true
	}
	u.opaque = true
	path := u.tail(rest)
	u.path = []string{controlSet.encode(path)}
	return u, true
}

var withoutLineEnds = strings.NewReplacer("\t", "", "\n", "", "\r", "")

func cutScheme(s string) (scheme, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == ':' && i > 0 {
			return strings.ToLower(s[:i]), s[i+1:], true
		}
		if !isLetter(c) && (i == 0 || strings.IndexByte("0123456789+-.", c) < 0) {
			break
		}
	}
	return "", "", false
}

// reference parses what has no scheme.
func (u *urlRecord) reference(s string, base *urlRecord) bool {
	switch {
	case base.opaque && !strings.HasPrefix(s, "#"):
		return false
	case base.opaque:
		*u = *base
		u.hasHash = false
		u.path = slices.Clone(base.path)
		u.tail(s)
		return true
	case base.scheme == "file":
		u.scheme = "file"
		return u.file(s, base)
	}
	u.scheme = base.scheme
	return u.relative(s, base)
}

func (u *urlRecord) isSlash(s string, i int) bool {
	return i < len(s) && (s[i] == '/' || s[i] == '\\' && u.special())
}

func (u *urlRecord) relative(s string, base *urlRecord) bool {
	if u.isSlash(s, 0) && u.isSlash(s, 1) {
		if u.special() {
			return u.authority(strings.TrimLeft(s, `/\`))
		}
		return u.authority(s[2:])
	}
	u.username, u.password, u.hasHost, u.host, u.port = base.username, base.password, base.hasHost, base.host, base.port
	if u.isSlash(s, 0) {
		u.parsePath(s[1:])
		return true
	}
	u.inherit(s, base)
	return true
}

// inherit parses what goes on from the base's path.
func (u *urlRecord) inherit(s string, base *urlRecord) {
	u.path = slices.Clone(base.path)
	switch {
	case s == "" || s[0] == '#':
		u.hasQuery, u.query = base.hasQuery, base.query
		u.tail(s)
	case s[0] == '?':
		u.tail(s)
	default:
		if u.scheme == "file" && startsWithDrive(s) {
			u.path = nil
		} else {
			u.shorten()
		}
		u.parsePath(s)
	}
}

func (u *urlRecord) file(s string, base *urlRecord) bool {
	u.hasHost = true
	if u.isSlash(s, 0) && u.isSlash(s, 1) {
		return u.fileHost(s[2:])
	}
	if u.isSlash(s, 0) {
		if base != nil {
			u.host = base.host
			if !startsWithDrive(s[1:]) && len(base.path) > 0 && isDrive(base.path[0]) && base.path[0][1] == ':' {
				u.path = []string{base.path[0]}
			}
		}
		u.parsePath(s[1:])
		return true
	}
	if base == nil {
		u.parsePath(s)
		return true
	}
	u.host = base.host
	u.inherit(s, base)
	return true
}

func (u *urlRecord) fileHost(s string) bool {
	end := strings.IndexAny(s, `/\?#`)
	if end < 0 {
		end = len(s)
	}
	if isDrive(s[:end]) {
		u.parsePath(s)
		return true
	}
	if end > 0 {
		host, ok := parseHost(s[:end], true)
		if !ok {
			return false
		}
		if host != "localhost" {
			u.host = host
		}
	}
	u.pathStart(s[end:])
	return true
}
