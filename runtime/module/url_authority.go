package module

import "strings"

// authority parses user:password@host:port and what follows.
func (u *urlRecord) authority(s string) bool {
	ends := `/?#`
	if u.special() {
		ends = `/?#\`
	}
	end := strings.IndexAny(s, ends)
	if end < 0 {
		end = len(s)
	}
	host := s[:end]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		name, password, _ := strings.Cut(host[:at], ":")
		u.username, u.password = userinfoSet.encode(name), userinfoSet.encode(password)
		if host = host[at+1:]; host == "" {
			return false
		}
	}
	if !u.setHostPort(host) {
		return false
	}
	u.pathStart(s[end:])
	return true
}

func (u *urlRecord) setHostPort(s string) bool {
	host, port, hasPort := cutPort(s)
	if host == "" && (hasPort || u.special()) {
		return false
	}
	parsed, ok := parseHost(host, u.special())
	if !ok {
		return false
	}
	u.hasHost, u.host = true, parsed
	return u.setPort(port)
}

// cutPort splits at the colon that is not within brackets.
func cutPort(s string) (host, port string, ok bool) {
	if i := strings.IndexByte(s[strings.LastIndexByte(s, ']')+1:], ':'); i >= 0 {
		i += strings.LastIndexByte(s, ']') + 1
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// setPort takes digits; none is the scheme's own port.
func (u *urlRecord) setPort(digits string) bool {
	port := 0
	for i := 0; i < len(digits); i++ {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
		if port = port*10 + int(digits[i]-'0'); port > 65535 {
			return false
		}
	}
	u.port = port
	if own, _ := defaultPort(u.scheme); digits == "" || port == own {
		u.port = noPort
	}
	return true
}

// pathStart parses what follows a host.
func (u *urlRecord) pathStart(s string) {
	if u.isSlash(s, 0) {
		u.parsePath(s[1:])
	} else if u.special() || s != "" && s[0] != '?' && s[0] != '#' {
		u.parsePath(s)
	} else {
		u.tail(s)
	}
}

// parsePath appends the parts of a path without its first slash, resolves dots,
// and parses what follows.
func (u *urlRecord) parsePath(s string) {
	s = u.tail(s)
	if u.special() {
		s = strings.ReplaceAll(s, `\`, "/")
	}
	parts := strings.Split(s, "/")
	for i, part := range parts {
		last := i == len(parts)-1
		switch dots := strings.ReplaceAll(strings.ToLower(part), "%2e", "."); {
		case dots == "..":
			u.shorten()
			if last {
				u.path = append(u.path, "")
			}
		case dots == ".":
			if last {
				u.path = append(u.path, "")
			}
		case u.scheme == "file" && len(u.path) == 0 && isDrive(part):
			u.path = append(u.path, part[:1]+":")
		default:
			u.path = append(u.path, pathSet.encode(part))
		}
	}
}

// tail takes ?query and #hash off the end of s and returns what is before.
func (u *urlRecord) tail(s string) string {
	s, hash, hasHash := strings.Cut(s, "#")
	s, query, hasQuery := strings.Cut(s, "?")
	if hasHash {
		u.hasHash, u.hash = true, fragmentSet.encode(hash)
	}
	if hasQuery {
		u.hasQuery, u.query = true, u.querySet().encode(query)
	}
	return s
}

func (u *urlRecord) querySet() encodeSet {
	if u.special() {
		return specialQuerySet
	}
	return querySet
}
