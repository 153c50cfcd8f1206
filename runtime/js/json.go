package js

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/dop251/goja"
	"github.com/tidwall/gjson"
)

// MaxJSONDepth is how deep a JSON text may be nested: a hostile one of brackets only would overflow the stack.
const MaxJSONDepth = 5000

// ErrDeepJSON says that a text is nested deeper than MaxJSONDepth.
var ErrDeepJSON = fmt.Errorf("the JSON is nested deeper than %d levels", MaxJSONDepth)

// BadJSON is where a text is no JSON, as k6 counts: both from 1, Char in characters; 0 in an empty text. Err says what
// is wrong there.
type BadJSON struct {
	Line, Char int
	Err        error
}

func (e *BadJSON) Error() string {
	return fmt.Sprintf("line %d, character %d: %v", e.Line, e.Char, e.Err)
}

// Unwrap gives the cause.
func (e *BadJSON) Unwrap() error { return e.Err }

// ParseJSON makes the value of a JSON text. An error is a *BadJSON or ErrDeepJSON.
func ParseJSON(rt *goja.Runtime, text string) (goja.Value, error) {
	if DeepJSON(text) {
		return nil, ErrDeepJSON
	}
	if !gjson.Valid(text) {
		return nil, badJSON(text)
	}
	return KnownJSON(rt, text), nil
}

// FindJSON is the part of a JSON text that a path in the syntax of gjson finds: undefined if there is none, and if the
// text is no JSON or nested deeper than MaxJSONDepth.
func FindJSON(rt *goja.Runtime, text, path string) goja.Value {
	if DeepJSON(text) || !gjson.Valid(text) {
		return goja.Undefined()
	}
	found := gjson.Get(text, path)
	// A path can write a text of its own, and gjson does not look at it.
	if !found.Exists() || found.Raw != "" && (DeepJSON(found.Raw) || !gjson.Valid(found.Raw)) {
		return goja.Undefined()
	}
	if found.Raw == "" { // a number of items
		return rt.ToValue(found.Num)
	}
	return KnownJSON(rt, found.Raw)
}

// badJSON finds the place of the mistake.
func badJSON(text string) error {
	data := []byte(text)
	err := json.Unmarshal(data, new(anyJSON))
	var bad *json.SyntaxError
	if !errors.As(err, &bad) {
		return &BadJSON{Line: 1, Err: err}
	}
	before := data[:min(int(bad.Offset), len(data))] // with the bad byte
	line := bytes.Count(before, []byte{'\n'})
	char := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	if line > 0 {
		char = max(char, 1)
	}
	return &BadJSON{Line: 1 + line, Char: char, Err: bad}
}

// anyJSON makes json.Unmarshal check a text and keep nothing of it.
type anyJSON struct{}

// UnmarshalJSON implements json.Unmarshaler.
func (*anyJSON) UnmarshalJSON([]byte) error { return nil }

// DeepJSON tells whether a text is nested deeper than MaxJSONDepth.
func DeepJSON(text string) bool {
	if len(text) <= MaxJSONDepth {
		return false
	}
	level, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if level++; level > MaxJSONDepth {
				return true
			}
		case c == ']' || c == '}':
			level--
		}
	}
	return false
}
