package bridge

import (
	"strconv"
	"strings"
)

const hexDigits = "0123456789ABCDEF"

// cleanURI gives path and query the form of a request line: it begins with a slash, has no fragment, and what may
// not stand there is percent-encoded as browsers do (WHATWG URL, path and query percent-encode sets); escapes that
// are there already stay. A string in order is returned as it is.
func cleanURI(s string) string {
	if s == "" {
		return "/"
	}
	if s[0] != '/' {
		if s[0] != '#' {
			return cleanURI("/" + s)
		}
		return "/"
	}
	for i := range len(s) {
		if c := s[i]; c == '#' || !plain(c) {
			return encodeURI(s)
		}
	}
	return s
}

func encodeURI(s string) string {
	s, _, _ = strings.Cut(s, "#")
	b := make([]byte, 0, len(s)+16)
	for i := range len(s) {
		if c := s[i]; plain(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(b)
}

func plain(c byte) bool {
	return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '`' && c != '{' && c != '}'
}

func trimFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
