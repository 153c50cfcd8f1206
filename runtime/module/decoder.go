package module

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"
)

// textDecoder turns bytes into text as a TextDecoder of the platform does.
type textDecoder struct {
	name           string
	enc            encoding.Encoding
	fatal, keepBOM bool

	running transform.Transformer // of an unfinished stream, or nil
	rest    []byte                // its undecoded tail
	started bool                  // it has given its first character
}

// newDecoder returns false for a label that no encoding has.
func newDecoder(label string) (*textDecoder, bool) {
	enc, err := htmlindex.Get(strings.Trim(label, "\t\n\f\r "))
	if err != nil || enc == encoding.Replacement {
		return nil, false
	}
	name, err := htmlindex.Name(enc)
	return &textDecoder{name: name, enc: enc}, err == nil
}

// decode returns false for bytes that are no text of the encoding, when fatal
// is set. With more, an unfinished character at the end waits for the next call.
func (d *textDecoder) decode(src []byte, more bool) (string, bool) {
	if d.running == nil {
		if d.name == "utf-8" && !more && utf8.Valid(src) {
			d.started = false
			return d.withoutBOM(string(src)), true
		}
		d.running, d.rest, d.started = d.enc.NewDecoder(), nil, false
	}
	src = append(d.rest, src...)
	text, n := transformAll(d.running, src, !more)
	if d.fatal && !d.valid(src[:n], text) {
		d.running = nil
		return "", false
	}
	d.rest = src[n:]
	if !more {
		d.running = nil
	}
	return d.withoutBOM(text), true
}

// transformAll returns the text of src and how much of src it stands for: less
// than all when src ends within a character and is not the end.
func transformAll(t transform.Transformer, src []byte, end bool) (string, int) {
	var text strings.Builder
	var dst [4096]byte
	n := 0
	for {
		nDst, nSrc, err := t.Transform(dst[:], src[n:], end)
		text.Write(dst[:nDst])
		n += nSrc
		if !errors.Is(err, transform.ErrShortDst) {
			return text.String(), n
		}
	}
}

// valid tells a U+FFFD that was in the source from one that marks an error.
func (d *textDecoder) valid(src []byte, text string) bool {
	switch d.name {
	case "utf-8":
		return utf8.Valid(src)
	case "utf-16le":
		return strings.Count(text, "\ufffd") == countUnits(src, []byte{0xfd, 0xff})
	case "utf-16be":
		return strings.Count(text, "\ufffd") == countUnits(src, []byte{0xff, 0xfd})
	}
	return !strings.Contains(text, "\ufffd")
}

func countUnits(src, unit []byte) int {
	n := 0
	for ; len(src) >= 2; src = src[2:] {
		if bytes.HasPrefix(src, unit) {
			n++
		}
	}
	return n
}

func (d *textDecoder) withoutBOM(text string) string {
	if d.started || text == "" {
		return text
	}
	d.started = true
	if d.keepBOM || !strings.HasPrefix(d.name, "utf-") {
		return text
	}
	return strings.TrimPrefix(text, "\ufeff")
}
