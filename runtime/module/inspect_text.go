package module

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// quote writes s as a literal, with the quotes that need the fewest escapes.
func quote(s string) string {
	q := '\''
	switch {
	case !strings.Contains(s, "'"):
	case !strings.Contains(s, `"`):
		q = '"'
	case !strings.Contains(s, "`") && !strings.Contains(s, "${"):
		q = '`'
	}
	return string(q) + escape(s, q) + string(q)
}

// escape makes control characters, backslashes and the quote visible.
func escape(s string, q rune) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return special(r, q) }) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if special(r, q) {
			b.WriteString(escapeRune(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// special tells what escape has to write differently. A single quote within
// other quotes is none.
func special(r, q rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\\' || r == '\'' && q != '"' && q != '`'
}

func escapeRune(r rune) string {
	switch r {
	case '\b':
		return `\b`
	case '\t':
		return `\t`
	case '\n':
		return `\n`
	case '\f':
		return `\f`
	case '\r':
		return `\r`
	case '\\', '\'':
		return `\` + string(r)
	}
	return fmt.Sprintf(`\x%02X`, r)
}

// units is the length of s in JavaScript, in UTF-16 units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// cut returns at most max UTF-16 units of s, and how many are left.
func cut(s string, max int) (head string, rest int) {
	if len(s) <= max {
		return s, 0
	}
	n := 0
	for i, r := range s {
		size := 1
		if r > 0xffff {
			size = 2
		}
		if n+size > max {
			return s[:i], units(s[i:])
		}
		n += size
	}
	return s, 0
}

// columns is how many columns of a terminal s takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		if r < 0x20 || unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
			continue
		}
		n++
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n++
		}
	}
	return n
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
