// Package ordered writes JSON whose members keep their order, for other readers than browsers: <, > and & stay as they
// are, as thresholds are full of them.
package ordered

import (
	"bytes"
	"encoding/json"
	"iter"
)

// Object is a JSON object of members, in their order.
func Object(members iter.Seq2[string, any]) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for name, value := range members {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		key, err := Marshal(name)
		if err != nil {
			return nil, err
		}
		text, err := Marshal(value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Marshal is json.Marshal without its escapes for HTML.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
