package k6

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Secrets are the sources of k6/secrets. Whatever a script has got from them is known to Redact from then on. Any
// goroutine may use it. Nil has no sources.
type Secrets struct {
	sources []secretSource
	invalid error

	mu     sync.Mutex
	values []string // that scripts have got, in any way
	redact atomic.Pointer[strings.Replacer]
}

type secretSource struct {
	name     string
	fallback bool // of secrets.get
	values   map[string]string
}

// defaultSource is the name by which the source of secrets.get can be asked for, too.
const defaultSource = "default"

// NewSecrets reads what --secret-source gives: "file=PATH" (lines of KEY=VALUE), "file=filename=PATH,name=NAME,default",
// "mock=KEY=VALUE,...,name=NAME,default". What is wrong with it is told by Err. read reads a file.
func NewSecrets(list []string, read func(path string) ([]byte, error)) *Secrets {
	s := &Secrets{}
	for _, text := range list {
		source, err := readSource(text, read)
		if err == nil {
			err = s.fits(source)
		}
		if err != nil {
			s.invalid = fmt.Errorf("--secret-source %s: %w", shownSource(text), err)
			return s
		}
		s.sources = append(s.sources, source)
	}
	if len(s.sources) == 1 {
		s.sources[0].fallback = true
	}
	return s
}

// Err is what is wrong with a source; nil for nothing.
func (s *Secrets) Err() error { return s.invalid }

// shownSource is a source without its values.
func shownSource(text string) string {
	kind, rest, _ := strings.Cut(text, "=")
	if kind == "mock" && rest != "" {
		return "mock=..."
	}
	return text
}

// fits says what is wrong with a source beside those that there are.
func (s *Secrets) fits(source secretSource) error {
	for _, other := range s.sources {
		if other.name == source.name {
			return fmt.Errorf("there is a source with the name %q already: give each a name=NAME of its own", source.name)
		}
		if other.fallback && source.fallback {
			return fmt.Errorf("the source %q is the default already", other.name)
		}
	}
	return nil
}

func readSource(text string, read func(string) ([]byte, error)) (secretSource, error) {
	kind, config, _ := strings.Cut(text, "=")
	s := secretSource{name: kind, values: map[string]string{}}
	switch kind {
	case "mock":
		return s, s.settings(config, func(key, value string) error { s.values[key] = value; return nil })
	case "file":
		path := config
		if strings.HasPrefix(config, "filename=") || strings.Contains(config, ",filename=") {
			err := s.settings(config, func(key, value string) error {
				if key != "filename" {
					return fmt.Errorf("unknown setting %q: there are filename, name and default", key)
				}
				path = value
				return nil
			})
			if err != nil {
				return s, err
			}
		}
		data, err := read(path)
		if err != nil {
			return s, err
		}
		return s, s.lines(path, string(data))
	case "url":
		return s, fmt.Errorf("secrets from a URL are not supported: use file=PATH")
	}
	return s, fmt.Errorf("unknown kind of source %q: there are file=PATH and mock=KEY=VALUE", kind)
}

// settings reads "name=NAME,default,KEY=VALUE"; other is called for all but the first two.
func (s *secretSource) settings(config string, other func(key, value string) error) error {
	for part := range strings.SplitSeq(config, ",") {
		key, value, ok := strings.Cut(part, "=")
		switch {
		case part == defaultSource:
			s.fallback = true
		case !ok:
			return fmt.Errorf("it has a part without =: each must be KEY=VALUE, name=NAME or default")
		case key == "name":
			s.name = value
		default:
			if err := other(key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// lines reads a file of KEY=VALUE; empty lines and those that begin with # are passed over.
func (s *secretSource) lines(path, text string) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return fmt.Errorf("%s, line %d: it must be KEY=VALUE", path, n) // not the line: it may be a secret
		}
		s.values[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	return nil
}

// find is the source of that name, "" for that of secrets.get.
func (s *Secrets) find(name string) (*secretSource, error) {
	switch {
	case s == nil || len(s.sources) == 0 && s.invalid == nil:
		return nil, fmt.Errorf("no secret sources are configured: give one with --secret-source, as in --secret-source=file=PATH")
	case s.invalid != nil:
		return nil, s.invalid
	}
	var names []string
	for i := range s.sources {
		source := &s.sources[i]
		if source.name == name || source.fallback && (name == "" || name == defaultSource) {
			return source, nil
		}
		names = append(names, source.name)
	}
	if name == "" {
		return nil, fmt.Errorf("none of the secret sources %s is the default: mark one, as in --secret-source=mock=default,KEY=VALUE", strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("no secret source with name %q is configured: there are %s", name, strings.Join(names, ", "))
}

// get is a value for the script.
func (s *Secrets) get(source, key string) (string, error) {
	from, err := s.find(source)
	if err != nil {
		return "", err
	}
	value, ok := from.values[key]
	if !ok {
		return "", fmt.Errorf("no value: the secret source %q has no key %q", from.name, key)
	}
	s.Hide(value)
	return value, nil
}

// Hide makes a value known to Redact.
func (s *Secrets) Hide(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if value == "" || slices.Contains(s.values, value) {
		return
	}
	s.values = append(s.values, value)
	// The longest first: one may be the beginning of another.
	slices.SortFunc(s.values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, v := range s.values {
		pairs = append(pairs, v, redacted)
	}
	s.redact.Store(strings.NewReplacer(pairs...))
}

// redacted stands for a secret.
const redacted = "***SECRET_REDACTED***"

// Redact is a text without the secrets that scripts have got.
func (s *Secrets) Redact(text string) string {
	if s == nil {
		return text
	}
	if r := s.redact.Load(); r != nil {
		return r.Replace(text)
	}
	return text
}

// secrets is the module k6/secrets.
func secrets() spec {
	return spec{[]string{"get", "source"}, func(s *State, name string) goja.Value {
		if name == "get" {
			return s.secretGetter("")
		}
		rt := s.rt()
		return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
			from := js.TextOf(c.Argument(0))
			if _, err := s.run.Secrets.find(from); err != nil {
				js.Throw(rt, "%s", err)
			}
			o := rt.NewObject()
			_ = o.Set("get", s.secretGetter(from))
			return o
		})
	}}
}

// secretGetter is get(key): the promise of a value.
func (s *State) secretGetter(source string) goja.Value {
	rt := s.rt()
	return js.Function(rt, "get", 1, func(c goja.FunctionCall) goja.Value {
		promise, resolve, reject := rt.NewPromise()
		value, err := s.run.Secrets.get(source, js.TextOf(c.Argument(0)))
		if err != nil {
			err = reject(js.NewError(rt, "Error", err.Error()))
		} else {
			err = resolve(value)
		}
		js.Must(nil, err)
		return rt.ToValue(promise)
	})
}
