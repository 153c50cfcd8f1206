package options

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// A member is one key of an object, in the order of the text.
type member struct {
	key string
	raw json.RawMessage
}

// members reads an object; null has none. Of a key given twice the last counts.
func members(raw []byte) ([]member, error) {
	if isNull(raw) {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, bad("must be an object, not %s", brief(raw))
	}
	var found []member
	at := map[string]int{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, notJSON(err)
		}
		m := member{key: key.(string)} // the decoder allows nothing else here
		if err := d.Decode(&m.raw); err != nil {
			return nil, notJSON(err)
		}
		if i, twice := at[m.key]; twice {
			found[i] = m
			continue
		}
		at[m.key] = len(found)
		found = append(found, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, notJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, bad("must be one object: there is something after it")
	}
	return found, nil
}

func notJSON(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return bad("is not JSON: it ends too early")
	}
	return bad("is not JSON: %v", err)
}

func isNull(raw []byte) bool {
	s := bytes.TrimSpace(raw)
	return len(s) == 0 || string(s) == "null"
}

// elements reads an array; null has none.
func elements(raw []byte) ([]json.RawMessage, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, bad("must be an array, not %s", brief(raw))
	}
	return list, nil
}

func decodeText(raw []byte) (string, error) {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", bad("must be a string, not %s", brief(raw))
	}
	return s, nil
}

func decodeBool(raw []byte) (bool, error) {
	var b bool
	if err := json.Unmarshal(raw, &b); err != nil {
		return false, bad("must be true or false, not %s", brief(raw))
	}
	return b, nil
}

// decodeInt also takes a string of digits, as scripts that read __ENV give.
func decodeInt(raw []byte) (int, error) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		s = string(raw)
	}
	return parseInt(s)
}

func parseInt(s string) (int, error) {
	n, err := strconv.Atoi(s)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, bad("is too large: %s", brief(s))
	case err != nil:
		return 0, bad("must be a whole number, not %s", brief(s))
	}
	return n, nil
}

func decodeDuration(raw []byte) (time.Duration, error) {
	var ms float64
	if json.Unmarshal(raw, &ms) == nil {
		return milliseconds(ms)
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return 0, bad(wantTime, brief(raw))
	}
	return parseDuration(s)
}

func decodeWords(raw []byte) ([]string, error) {
	list, err := elements(raw)
	if err != nil {
		return nil, err
	}
	words := make([]string, len(list))
	for i, item := range list {
		if words[i], err = decodeText(item); err != nil {
			return nil, within("["+strconv.Itoa(i)+"]", err)
		}
	}
	return words, nil
}

// parseWords splits at commas; "" is no word.
func parseWords(s string) ([]string, error) {
	if s == "" {
		return []string{}, nil
	}
	words := strings.Split(s, ",")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return words, nil
}
