package exporter

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const redacted = "[redacted]"

// Secret holds what must never be printed: every way of formatting, logging or marshalling it gives [redacted].
// The zero value is "no secret".
type Secret struct {
	reveal func() string // not a string: fmt prints the fields of structs around it without asking the methods below
}

func newSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{func() string { return value }}
}

func (s Secret) value() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// String returns [redacted], or "" for the zero value.
func (s Secret) String() string {
	if s.reveal == nil {
		return ""
	}
	return redacted
}

// GoString is what %#v prints.
func (s Secret) GoString() string { return s.String() }

// Format is what every verb of package fmt prints.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText is what JSON, TOML and the like print.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is what package slog prints.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// signature finds the parameters that sign a request, wherever they stand and whoever's they are.
var signature = regexp.MustCompile(`(?i)\b(sig|x-amz-signature|x-amz-security-token|signature)(=|%3d)[^&\s"'<>,;)]+`)

// userInfo finds the credentials in a URL.
var userInfo = regexp.MustCompile(`://[^/@\s"'<>]+@`)

// Scrubber takes secrets out of text. The zero value knows none, but still removes what looks like a signature.
type Scrubber struct {
	forms func() []string // hidden from fmt as a Secret's value is
}

// shortest is the length below which a secret is not searched for: it would be found in innocent words.
const shortest = 4

func newScrubber(secrets ...Secret) Scrubber {
	var forms []string
	for _, secret := range secrets {
		raw := secret.value()
		if len(raw) < shortest {
			continue
		}
		query, path := url.QueryEscape(raw), url.PathEscape(raw)
		forms = append(forms, raw, query, path, lowerEscapes(query), lowerEscapes(path))
		if plain, err := url.PathUnescape(raw); err == nil {
			forms = append(forms, plain)
		}
	}
	// The longest first: a part that is replaced would hide the whole.
	slices.SortFunc(forms, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	forms = slices.Compact(forms)
	return Scrubber{func() []string { return forms }}
}

var escape = regexp.MustCompile(`%[0-9A-F]{2}`)

// lowerEscapes writes %2F as %2f, as some programs do.
func lowerEscapes(s string) string { return escape.ReplaceAllStringFunc(s, strings.ToLower) }

// Scrub returns text without the secrets, raw or escaped, without any sig=..., and without user:password@ in URLs.
// May be called from any goroutine.
func (s Scrubber) Scrub(text string) string {
	if s.forms != nil {
		for _, form := range s.forms() {
			text = strings.ReplaceAll(text, form, redacted)
		}
	}
	text = signature.ReplaceAllString(text, "${1}${2}"+redacted)
	return userInfo.ReplaceAllString(text, "://"+redacted+"@")
}
