package metrics

import (
	"fmt"
	"strings"
)

// Key is what a threshold is about: all samples of a metric, or those which carry all the tags.
type Key struct {
	Metric string
	Tags   []Tag  // nil for the metric itself; of different names
	text   string // without the spaces inside the braces, as k6 shows it
}

// String is the key as k6 shows it: as it was written, but for the spaces just inside the braces.
func (k Key) String() string { return k.text }

// ParseKey reads a key of k6's thresholds: a name, or name{tag:value,...}. Spaces and quotes around a tag and a value are
// not part of them, and a comma cannot be. The value begins after the first colon: {group:::a} is about the group ::a.
func ParseKey(text string) (Key, error) {
	open, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if open < 0 && end < 0 {
		return Key{Metric: text, text: text}, nil
	}
	if open < 0 || end < open || end != len(text)-1 {
		return Key{}, keyError(text, "the braces do not match")
	}
	inner := strings.TrimSpace(text[open+1 : end])
	key := Key{Metric: text[:open], text: text[:open] + "{" + inner + "}"}
	for pair := range strings.SplitSeq(inner, ",") {
		name, value, ok := strings.Cut(pair, ":")
		name = unquote(name)
		if !ok || name == "" || strings.TrimSpace(value) == "" {
			return Key{}, keyError(text, fmt.Sprintf("%q is no tag:value", pair))
		}
		key.set(Tag{name, unquote(value)})
	}
	return key, nil
}

// set adds a tag. Of two with one name the later counts, as in k6.
func (k *Key) set(tag Tag) {
	for i := range k.Tags {
		if k.Tags[i].Name == tag.Name {
			k.Tags[i].Value = tag.Value
			return
		}
	}
	k.Tags = append(k.Tags, tag)
}

func unquote(s string) string { return strings.Trim(strings.TrimSpace(s), `"'`) }

func keyError(text, why string) error {
	return fmt.Errorf("threshold on %q: %s: write metric or metric{tag:value,tag:value}", text, why)
}
