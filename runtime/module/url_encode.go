package module

import (
	"strings"
)

// encodeSet is a percent-encode set of
// https://url.spec.whatwg.org/#percent-encoded-bytes: the printable ASCII
// characters that belong to it. Control characters and non-ASCII belong to all.
type encodeSet string

const (
	controlSet      encodeSet = ""
	fragmentSet     encodeSet = " \"<>`"
	querySet        encodeSet = " \"#<>"
	specialQuerySet           = querySet + "'"
	pathSet                   = querySet + "?`{}"
	userinfoSet               = pathSet + "/:;=@[\\]^|"
)

func (set encodeSet) encode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c > 0x7e || strings.IndexByte(string(set), c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

const upperHex = "0123456789ABCDEF"

// percentDecode leaves what is no %XX as it is.
func percentDecode(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		} else {
			b = append(b, s[i])
		}
	}
	return string(b)
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

// pair is a name and a value of a query.
type pair struct{ name, value string }

// parseQuery reads application/x-www-form-urlencoded, without a leading "?".
func parseQuery(query string) []pair {
	var pairs []pair
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{formDecode(name), formDecode(value)})
	}
	return pairs
}

func formDecode(s string) string {
	return wellFormed(percentDecode(strings.ReplaceAll(s, "+", " ")))
}

// wellFormed decodes UTF-8 as the platform does, with U+FFFD for errors.
func wellFormed(s string) string {
	d := textDecoder{name: "utf-8", enc: utf8Encoding, keepBOM: true}
	text, _ := d.decode([]byte(s), false)
	return text
}

// formatQuery writes application/x-www-form-urlencoded.
func formatQuery(pairs []pair) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		formEncode(&b, p.name)
		b.WriteByte('=')
		formEncode(&b, p.value)
	}
	return b.String()
}

func formEncode(b *strings.Builder, s string) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('+')
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '*', c == '-', c == '.', c == '_':
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
}
