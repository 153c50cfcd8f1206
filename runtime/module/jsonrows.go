package module

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// jsonRows is a JSON array: its text, and where each item starts and ends.
type jsonRows struct {
	text []byte
	ends []uint32 // start and end of item 0, of item 1...
}

// parseJSONArray keeps data. Errors begin with name:line:column, counted from 1
// in characters.
func parseJSONArray(name string, data []byte) (rows, error) {
	data, err := withoutMark(name, data)
	if err != nil {
		return nil, err
	}
	text := bytes.TrimSpace(data)
	if len(text) == 0 {
		return nil, fmt.Errorf("%s: the file is empty", name)
	}
	if err := json.Unmarshal(data, new(anyJSON)); err != nil {
		return nil, jsonError(name, data, err)
	}
	if text[0] != '[' {
		return nil, fmt.Errorf("%s: the file must be a JSON array, [...]", name)
	}
	t := &jsonRows{text: data}
	t.split()
	if len(t.ends) == 0 {
		return nil, fmt.Errorf("%s: the array is empty", name)
	}
	return t, nil
}

// anyJSON makes json.Unmarshal check a text and keep nothing of it.
type anyJSON struct{}

func (*anyJSON) UnmarshalJSON([]byte) error { return nil }

func jsonError(name string, data []byte, err error) error {
	var bad *json.SyntaxError
	if !errors.As(err, &bad) {
		return fmt.Errorf("%s: %w", name, err)
	}
	at := int(bad.Offset)
	if at > 0 && at <= len(data) && bad.Error() != "unexpected end of JSON input" {
		at-- // Offset counts the bad byte
	}
	before := data[:min(at, len(data))]
	line := 1 + bytes.Count(before, []byte{'\n'})
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Errorf("%s:%d:%d: %w", name, line, column, bad)
}

// split finds the items of an array that is known to be valid JSON.
func (t *jsonRows) split() {
	depth, start, quoted := 0, 0, false
	for i := 0; i < len(t.text); i++ {
		switch c := t.text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
			if depth == 1 {
				start = i + 1
			}
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				t.item(start, i)
			}
		case c == ',' && depth == 1:
			t.item(start, i)
			start = i + 1
		}
	}
}

func (t *jsonRows) item(start, end int) {
	item := bytes.TrimSpace(t.text[start:end])
	if len(item) == 0 {
		return
	}
	start += bytes.Index(t.text[start:end], item[:1])
	t.ends = append(t.ends, uint32(start), uint32(start+len(item)))
}

// add appends an item.
func (t *jsonRows) add(item string) {
	start := len(t.text)
	t.text = append(t.text, item...)
	t.ends = append(t.ends, uint32(start), uint32(len(t.text)))
}

func (t *jsonRows) len() int { return len(t.ends) / 2 }

func (t *jsonRows) row(v *sharedVM, i int) goja.Value {
	return js.KnownJSON(v.vm, string(t.text[t.ends[2*i]:t.ends[2*i+1]]))
}
