package options

import (
	"strings"

	"katydid/internal/ordered"
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

// An object is written to JSON in its order.
type object []struct {
	key   string
	value any
}

func (o *object) add(key string, value any) {
	*o = append(*o, struct {
		key   string
		value any
	}{key, value})
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	return ordered.Object(func(yield func(string, any) bool) {
		for _, m := range o {
			if !yield(m.key, m.value) {
				return
			}
		}
	})
}

func showRows[S any](rows []row[S], s *S) object {
	shown := object{}
	for _, r := range rows {
		shown.add(r.key, r.access.shown(s))
	}
	return shown
}
