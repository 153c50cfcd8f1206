package stats

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Repr is Python's repr of a string: in single quotes, or in double ones if it holds a single and no double quote;
// backslash, the quote and what is not printable are escaped. Each byte that is not UTF-8 becomes U+FFFD.
func Repr(s string) string {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	b := make([]byte, 0, len(s)+2)
	b = append(b, quote)
	for _, r := range s {
		if r == rune(quote) || r == '\\' {
			b = append(b, '\\')
		}
		b = appendPrintable(b, r)
	}
	return string(append(b, quote))
}

// appendPrintable appends r, or Python's escape for it if it is not printable. Go's idea of printable (letters, marks,
// numbers, punctuation, symbols and the ASCII space) is Python's too.
func appendPrintable(b []byte, r rune) []byte {
	switch {
	case unicode.IsPrint(r):
		return utf8.AppendRune(b, r)
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case r <= 0xff:
		return fmt.Appendf(b, `\x%02x`, r)
	case r <= 0xffff:
		return fmt.Appendf(b, `\u%04x`, r)
	}
	return fmt.Appendf(b, `\U%08x`, r)
}

// ReprFloat is Python's repr of a float: the shortest digits that read back as the same number, `.0` after whole
// numbers, and an exponent only below 1e-4 and from 1e16 up.
func ReprFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 0):
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+"))
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// GeneratorFailure is the kind of the failures of which the target is innocent: this machine lacked something.
const GeneratorFailure = "GeneratorError"

// FailureText is the text of a failures row: Python's repr of an exception of that kind with one argument, Kind('text').
func FailureText(kind, text string) string { return kind + "(" + Repr(text) + ")" }

// HTTPErrorText is the failure of an answer with a status of 400 or more, as Locust writes it since 2.44:
// HTTPError('404 Client Error: Not Found for url: NAME'). The name of the row stands for the address, so that
// failures of one row are one failure. The reason is what the server sent beside the status.
func HTTPErrorText(status int, reason, name string) string {
	side := "Client"
	if status >= 500 {
		side = "Server"
	}
	return FailureText("HTTPError", fmt.Sprintf("%d %s Error: %s for url: %s", status, side, reason, name))
}

// CatchResponseError is the failure that a script itself declares with response.failure(text).
func CatchResponseError(text string) string { return FailureText("CatchResponseError", text) }

// failureMessage is a failure's text for people: a CatchResponseError is unwrapped to what the script said. Other
// escapes than those of quote and backslash stay, so that the message stays on one line.
func failureMessage(text string) string {
	s, ok := strings.CutPrefix(text, "CatchResponseError(")
	if !ok || len(s) < 3 || s[len(s)-1] != ')' {
		return text
	}
	return strings.NewReplacer(`\\`, `\`, `\'`, `'`).Replace(s[1 : len(s)-2])
}
