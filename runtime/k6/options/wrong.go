package options

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// wrong is what is the matter with the value at path, which is relative to
// whoever called: "scenarios.a.vus" or "[1].duration".
type wrong struct {
	path, why string
	from      string // where the value came from, if the caller cannot know it
}

func (w *wrong) Error() string { return strings.TrimLeft(w.path+" "+w.why, ". ") }

// bad says why a value cannot be taken: "must be a whole number, not x".
func bad(format string, args ...any) error { return &wrong{why: fmt.Sprintf(format, args...)} }

// within puts a step before the path of err.
func within(step string, err error) error {
	if w := (*wrong)(nil); errors.As(err, &w) {
		return &wrong{path: step + w.path, why: w.why, from: w.from}
	}
	return err
}

// failed makes the line for the user.
func failed(err error, from string) error {
	if err == nil {
		return nil
	}
	if w := (*wrong)(nil); errors.As(err, &w) && w.from != "" {
		from = w.from
	}
	return fmt.Errorf("option %w (from %s)", err, from)
}

// brief is a value as messages show it.
func brief[T string | []byte](value T) string {
	s := strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(string(value))
	if runes := []rune(s); len(runes) > 40 {
		s = string(runes[:37]) + "..."
	}
	if s == "" || s[0] == ' ' || s[len(s)-1] == ' ' {
		return strconv.Quote(s)
	}
	return s
}
