package module

import (
	"strconv"
	"strings"
)

// urlRecord is a parsed URL of https://url.spec.whatwg.org/#url-representation,
// every part percent-encoded as it is in the text.
type urlRecord struct {
	scheme             string
	username, password string
	hasHost            bool
	host               string
	port               int // noPort if it is the scheme's own
	opaque             bool
	path               []string // one element if opaque
	hasQuery, hasHash  bool
	query, hash        string
}

const noPort = -1

// defaultPort tells the schemes that the standard calls special; file has no
// port.
func defaultPort(scheme string) (port int, special bool) {
	switch scheme {
	case "http", "ws":
		return 80, true
	case "https", "wss":
		return 443, true
	case "ftp":
		return 21, true
	case "file":
		return noPort, true
	}
	return noPort, false
}

func (u *urlRecord) special() bool {
	_, special := defaultPort(u.scheme)
	return special
}

// local tells whether u cannot have a user name or a port.
func (u *urlRecord) local() bool { return !u.hasHost || u.host == "" || u.scheme == "file" }

func (u *urlRecord) String() string {
	var b strings.Builder
	b.WriteString(u.scheme + ":")
	if u.hasHost {
		b.WriteString("//" + u.credentials() + u.hostPort())
	} else if !u.opaque && len(u.path) > 1 && u.path[0] == "" {
		b.WriteString("/.") // else the path would read as a host
	}
	b.WriteString(u.pathname())
	if u.hasQuery {
		b.WriteString("?" + u.query)
	}
	if u.hasHash {
		b.WriteString("#" + u.hash)
	}
	return b.String()
}

func (u *urlRecord) credentials() string {
	switch {
	case u.password != "":
		return u.username + ":" + u.password + "@"
	case u.username != "":
		return u.username + "@"
	}
	return ""
}

func (u *urlRecord) hostPort() string {
	if u.port == noPort {
		return u.host
	}
	return u.host + ":" + strconv.Itoa(u.port)
}

func (u *urlRecord) pathname() string {
	if u.opaque {
		return u.path[0]
	}
	if len(u.path) == 0 {
		return ""
	}
	return "/" + strings.Join(u.path, "/")
}

func (u *urlRecord) origin() string {
	switch u.scheme {
	case "http", "https", "ws", "wss", "ftp":
		return u.scheme + "://" + u.hostPort()
	case "blob":
		if inner, ok := parseURL(u.pathname(), nil); ok && (inner.scheme == "http" || inner.scheme == "https") {
			return inner.origin()
		}
	}
	return "null"
}

// search and fragment are as location's: "" or with their mark.

func (u *urlRecord) search() string {
	if u.query == "" {
		return ""
	}
	return "?" + u.query
}

func (u *urlRecord) fragment() string {
	if u.hash == "" {
		return ""
	}
	return "#" + u.hash
}

// shorten drops the last part of the path, but for a Windows drive.
func (u *urlRecord) shorten() {
	if u.scheme == "file" && len(u.path) == 1 && isDrive(u.path[0]) && u.path[0][1] == ':' {
		return
	}
	if len(u.path) > 0 {
		u.path = u.path[:len(u.path)-1]
	}
}

// isDrive tells "C:" and "C|".
func isDrive(s string) bool {
	return len(s) == 2 && isLetter(s[0]) && (s[1] == ':' || s[1] == '|')
}

func startsWithDrive(s string) bool {
	return len(s) >= 2 && isDrive(s[:2]) && (len(s) == 2 || strings.IndexByte(`/\?#`, s[2]) >= 0)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
