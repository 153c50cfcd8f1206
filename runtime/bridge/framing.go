package bridge

import (
	"bytes"

	"github.com/valyala/fasthttp"
	"golang.org/x/net/http/httpguts"
)

// framing is what the head of an answer says about the rest: where the answer ends and what becomes of the connection.
type framing struct {
	status   int
	length   int64  // of the body; -1 if it is chunked, -2 if it ends with the connection
	encoding string // Content-Encoding
	cookies  bool   // there is a Set-Cookie
	closes   bool   // this is the last answer of the connection
	http11   bool
}

func (f *framing) proto() string {
	if f.http11 {
		return "HTTP/1.1"
	}
	return "HTTP/1.0"
}

// framingOf takes over what fasthttp has read.
func framingOf(h *fasthttp.ResponseHeader) framing {
	f := framing{
		status: h.StatusCode(), length: int64(h.ContentLength()), encoding: encodingName(h.ContentEncoding()),
		closes: h.ConnectionClose(), http11: string(h.Protocol()) == "HTTP/1.1",
	}
	for range h.Cookies() {
		f.cookies = true
		break
	}
	return f
}

// usual reads the head of a usual answer: HTTP/1.1, a Content-Length, no Connection, nothing that two readers
// could take differently. It reports false for all others, well-formed or not: those are fasthttp's, which takes three
// times as long because it copies and normalises fields that nobody has asked for. block ends in an empty line, and all
// of its lines in CR LF.
func (f *framing) usual(block []byte) bool {
	const start = "HTTP/1.1 "
	if len(block) < len(start)+len("200\r\n") || string(block[:len(start)]) != start {
		return false
	}
	code := block[len(start):]
	if !isDigits(code[:3]) || code[0] == '0' || code[3] != ' ' && string(code[3:5]) != "\r\n" {
		return false
	}
	*f = framing{status: int(number(code[:3])), length: -2, http11: true}
	for rest := code[bytes.IndexByte(code, '\n')+1:]; ; {
		end := bytes.IndexByte(rest, '\n') - 1
		if end <= 0 { // the empty line
			return f.length >= 0
		}
		colon := bytes.IndexByte(rest[:end], ':')
		if colon <= 0 || !f.field(rest[:colon], rest[colon+1:end]) {
			return false
		}
		rest = rest[end+2:]
	}
}

// isToken is httpguts.IsTokenRune as a table.
var isToken = func() (table [256]bool) {
	for c := range table {
		table[c] = c < 0x80 && httpguts.IsTokenRune(rune(c))
	}
	return table
}()

// field takes over one field; false if it is not of the usual sort.
func (f *framing) field(name, value []byte) bool {
	for _, c := range name {
		if !isToken[c] {
			return false
		}
	}
	value = bytes.Trim(value, " ")
	for _, c := range value {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	switch len(name) {
	case len("Connection"): // and Set-Cookie
		f.cookies = f.cookies || equalFold(name, "set-cookie")
		return !equalFold(name, "connection")
	case len("Content-Length"):
		if equalFold(name, "content-length") {
			if f.length >= 0 || len(value) > 15 || !isDigits(value) {
				return false
			}
			f.length = number(value)
		}
	case len("Content-Encoding"):
		if equalFold(name, "content-encoding") {
			if f.encoding != "" || len(value) == 0 {
				return false
			}
			f.encoding = encodingName(value)
		}
	case len("Transfer-Encoding"):
		return !equalFold(name, "transfer-encoding")
	}
	return true
}

// encodingName is string(b), without an allocation for those that servers use.
func encodingName(b []byte) string {
	for _, name := range [...]string{"gzip", "br", "deflate", "zstd"} {
		if string(b) == name {
			return name
		}
	}
	return string(b)
}

// equalFold compares with text in lower case, of the same length.
func equalFold(b []byte, lower string) bool {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// number is the value of at most 18 digits.
func number(b []byte) (n int64) {
	for _, c := range b {
		n = 10*n + int64(c-'0')
	}
	return n
}
