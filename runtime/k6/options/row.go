package options

import (
	"bytes"
	"encoding/json"
	"strings"
)

// A row is an option of an S, with its name in JSON; "" if it is only text.
type row[S any] struct {
	key    string
	access access[S]
}

// fold makes names comparable: k6 does not look at their case.
func fold(key string) string { return strings.ToLower(key) }

func find[S any](rows []row[S], key string) *row[S] {
	for i := range rows {
		if rows[i].key != "" && fold(rows[i].key) == fold(key) {
			return &rows[i]
		}
	}
	return nil
}

// An ordered object is written to JSON in its order.
type ordered []struct {
	key   string
	value any
}

func (o *ordered) add(key string, value any) {
	*o = append(*o, struct {
		key   string
		value any
	}{key, value})
}

// MarshalJSON implements json.Marshaler.
func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := marshal(m.key)
		if err != nil {
			return nil, err
		}
		value, err := marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshal leaves <, > and & as they are: thresholds are full of them.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func showRows[S any](rows []row[S], s *S) ordered {
	shown := ordered{}
	for _, r := range rows {
		shown.add(r.key, r.access.shown(s))
	}
	return shown
}
