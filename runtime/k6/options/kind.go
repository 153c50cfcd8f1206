package options

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A kind is a type of value: how it is read and shown.
type kind[T any] struct {
	decode func(raw []byte) (T, error)      // nil: cannot be given in JSON
	parse  func(text string) (T, error)     // nil: cannot be given as text
	flag   func(argument string) (T, error) // nil: as parse
	join   func(T, T) T                     // for one that may be given many times
	show   func(T) any                      // for test.options; nil: as it is
	blank  bool                             // "" in JSON is as null
	given  func(T) bool                     // nil: any value counts as given
}

// A cell reaches one option of an S, which is Options or ScenarioFields.
type cell[S, T any] struct {
	kind[T]
	at func(*S) *Opt[T]
}

// access is what a table knows of a cell, whatever its type.
type access[S any] interface {
	fromJSON(s *S, raw []byte, from string) error
	fromText(s *S, text, from string) error
	takesJSON() bool
	takesText() bool
	merge(weak, strong *S)
	shown(s *S) any
	origin(s *S) string // "": not given
}

func (c cell[S, T]) takesJSON() bool { return c.decode != nil }
func (c cell[S, T]) takesText() bool { return c.parse != nil }

func (c cell[S, T]) origin(s *S) string { return c.at(s).From }

func (c cell[S, T]) fromJSON(s *S, raw []byte, from string) error {
	if isNull(raw) || c.blank && string(raw) == `""` {
		return nil
	}
	value, err := c.decode(raw)
	if err != nil {
		return err
	}
	if c.given == nil || c.given(value) {
		*c.at(s) = Opt[T]{value, from}
	}
	return nil
}

// fromText adds to what is there if the same source has given a value before.
func (c cell[S, T]) fromText(s *S, text, from string) error {
	parse := c.parse
	if c.flag != nil && strings.HasPrefix(from, "-") {
		parse = c.flag
	}
	value, err := parse(text)
	if err != nil {
		return err
	}
	o := c.at(s)
	if c.join != nil && o.From == from {
		value = c.join(o.Value, value)
	}
	*o = Opt[T]{value, from}
	return nil
}

func (c cell[S, T]) merge(weak, strong *S) {
	if o := c.at(strong); o.Given() {
		*c.at(weak) = *o
	}
}

// shown is nil, which JSON writes as null, for what was not given.
func (c cell[S, T]) shown(s *S) any {
	o := c.at(s)
	switch {
	case !o.Given():
		return nil
	case c.show != nil:
		return c.show(o.Value)
	}
	return o.Value
}

var (
	whole  = kind[int]{decode: decodeInt, parse: parseInt, blank: true}
	yes    = kind[bool]{decode: decodeBool, parse: parseBool}
	text   = kind[string]{decode: decodeText, parse: func(s string) (string, error) { return s, nil }}
	words  = kind[[]string]{decode: decodeWords, parse: parseWords, join: concat[string]}
	length = kind[time.Duration]{decode: decodeDuration, parse: parseDuration, flag: parseArgument,
		show: func(d time.Duration) any { return d.String() }}
	pairs = kind[[]Pair]{decode: decodePairs, parse: parseTags, flag: parseTag, join: joinPairs, show: showPairs}
	raw   = kind[json.RawMessage]{decode: func(raw []byte) (json.RawMessage, error) { return raw, nil }}
)

func concat[T any](a, b []T) []T { return slices.Concat(a, b) }

func parseBool(s string) (bool, error) {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return false, bad("must be true or false, not %s", brief(s))
	}
	return b, nil
}

// oneOf is text of which there are only some.
func oneOf(choices ...string) kind[string] {
	check := func(s string, err error) (string, error) {
		if err == nil && !slices.Contains(choices, s) {
			named := slices.DeleteFunc(slices.Clone(choices), func(c string) bool { return c == "" })
			err = bad("must be one of %s, not %s", strings.Join(named, ", "), brief(s))
		}
		return s, err
	}
	return kind[string]{
		decode: func(raw []byte) (string, error) { return check(decodeText(raw)) },
		parse:  func(s string) (string, error) { return check(s, nil) },
	}
}

// checked is k with a check after reading.
func checked[T any](k kind[T], check func(T) error) kind[T] {
	after := func(v T, err error) (T, error) {
		if err == nil {
			err = check(v)
		}
		return v, err
	}
	decode, parse := k.decode, k.parse
	k.decode = func(raw []byte) (T, error) { return after(decode(raw)) }
	k.parse = func(s string) (T, error) { return after(parse(s)) }
	return k
}

func decodePairs(raw []byte) ([]Pair, error) {
	list, err := members(raw)
	if err != nil {
		return nil, err
	}
	found := []Pair{}
	for _, m := range list {
		value := "" // null, as in k6
		if !isNull(m.raw) {
			if value, err = decodeText(m.raw); err != nil {
				return nil, within("."+m.key, err)
			}
		}
		found = append(found, Pair{m.key, value})
	}
	return sortedPairs(found), nil
}

func sortedPairs(list []Pair) []Pair {
	slices.SortFunc(list, func(a, b Pair) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// joinPairs is both, where b is the stronger.
func joinPairs(a, b []Pair) []Pair {
	all := slices.Clone(b)
	for _, p := range a {
		if !slices.ContainsFunc(b, func(q Pair) bool { return q.Name == p.Name }) {
			all = append(all, p)
		}
	}
	return sortedPairs(all)
}

// parseTags reads what k6 takes from K6_TAGS: a:1,b:2.
func parseTags(s string) ([]Pair, error) {
	var all []Pair
	for item := range strings.SplitSeq(s, ",") {
		name, value, ok := strings.Cut(item, ":")
		if !ok || name == "" {
			return nil, bad("must be like name:value,name:value, not %s", brief(s))
		}
		all = joinPairs(all, []Pair{{name, value}})
	}
	return all, nil
}

// parseTag reads the argument of --tag; commas belong to the value.
func parseTag(s string) ([]Pair, error) {
	name, value, _ := strings.Cut(s, "=")
	if name == "" || value == "" {
		return nil, bad("must be like name=value, not %s", brief(s))
	}
	return []Pair{{name, value}}, nil
}

func showPairs(list []Pair) any {
	shown := map[string]string{}
	for _, p := range list {
		shown[p.Name] = p.Value
	}
	return shown
}
