package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// fromFiles reads the configuration files, the weakest first: the home folder's,
// then those of dir, then the one named on the command line. Of each kind
// Locust's goes before katydid's own, which so wins. Only a file that was named
// has to exist.
func (p *optionParser) fromFiles(home, dir, named string) ([]setting, error) {
	files := []struct{ folder, name string }{
		{home, ".locust.conf"}, {home, ".katydid.conf"},
		{dir, "locust.conf"}, {dir, "katydid.conf"}, {dir, "pyproject.toml"}, {dir, "katydid.toml"},
	}
	var found []setting
	for _, f := range files {
		if f.folder == "" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(f.folder, f.name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		name := f.name
		if strings.HasPrefix(name, ".") {
			name = "~/" + name
		}
		settings, err := p.fromFile(name, data, err)
		if err != nil {
			return nil, err
		}
		found = append(found, settings...)
	}
	if named == "" {
		return found, nil
	}
	file := named
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	data, err := os.ReadFile(file)
	settings, err := p.fromFile(named, data, err)
	return append(found, settings...), err
}

// fromFile turns the content of a file, or the error of reading it, into settings.
func (p *optionParser) fromFile(name string, data []byte, err error) ([]setting, error) {
	if err != nil {
		reason := err
		if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
			reason = pathErr.Err
		}
		return nil, fmt.Errorf("configuration file %s cannot be read: %w", name, reason)
	}
	parse := parseConf
	if filepath.Ext(name) == ".toml" {
		parse = parseTOML
	}
	entries, err := parse(name, string(data))
	if err != nil {
		return nil, err
	}
	var found []setting
	for _, e := range entries {
		s, err := p.fromEntry(e)
		if err != nil {
			return nil, err
		}
		if s.value != "" {
			found = append(found, s)
		}
	}
	return found, nil
}

func (p *optionParser) fromEntry(e confEntry) (setting, error) {
	opt := p.lookup(e.key)
	switch {
	case opt == nil && len(p.early) > 0:
		return setting{}, nil // may be the script's
	case opt == nil:
		return setting{}, e.unknown(p.names())
	case opt.argOnly:
		return setting{}, fmt.Errorf("%s: %s can only be given on the command line", e.where, opt.name)
	case e.bare && opt.meta != "" && !opt.many:
		return setting{}, fmt.Errorf("%s: %s needs a value: %s = %s", e.where, e.key, e.key, opt.meta)
	case e.list && !opt.many:
		return setting{}, fmt.Errorf("%s: %s takes one value, not a list", e.where, e.key)
	}
	value := strings.Join(e.values, ",")
	return setting{name: opt.name, value: value, as: e.where + ": " + e.key + " = ", from: e.where}, nil
}

// An confEntry is one key of a configuration file.
type confEntry struct {
	where  string // "katydid.conf:3"
	key    string // without dashes in front
	values []string
	list   bool // written as a list
	bare   bool // a key without a value
}

func (e confEntry) unknown(names []string) error {
	if near := closest(strings.ReplaceAll(e.key, "_", "-"), names); near != "" {
		return fmt.Errorf("%s: unknown key %q (did you mean %q?)", e.where, e.key, near)
	}
	return fmt.Errorf("%s: unknown key %q", e.where, e.key)
}

// parseConf reads a file in the format of Locust's configuration files, which
// is ConfigArgParse's: a key and its value in a line, as "key = value",
// "key: value" or "key value"; a key alone is a switch to turn on; lists as
// [a, b]; quotes around a value are taken off; "#" and ";" begin a comment at
// the start of a line or after a space; dashes before a key are ignored, as are
// [section] lines and lines beginning with "---".
func parseConf(name, text string) (entries []confEntry, err error) {
	text = strings.TrimPrefix(text, "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.ContainsRune("#;[", rune(line[0])) || strings.HasPrefix(line, "---") {
			continue
		}
		e := confEntry{where: fmt.Sprintf("%s:%d", name, i+1)}
		end := strings.IndexAny(line, ":=;# \t")
		if end < 0 {
			end = len(line)
		}
		e.key = strings.TrimLeft(line[:end], "-")
		rest := line[end:]
		if e.key == "" || strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, ";") {
			return nil, fmt.Errorf("%s: expected \"key = value\", got %q", e.where, line)
		}
		after := strings.TrimLeft(rest, " \t")
		assigned := strings.HasPrefix(after, "=") || strings.HasPrefix(after, ":")
		if assigned {
			rest = after[1:]
		}
		value, quoted := unquote(rest)
		switch {
		case !assigned && value == "":
			e.values, e.bare = []string{"true"}, true
		case !quoted && strings.HasPrefix(value, "[") && strings.HasSuffix(value, "]"):
			e.values, e.list = parseList(value), true
		default:
			e.values = []string{value}
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// unquote takes the comment and the quotes off a value. Quotes that are not
// closed belong to the value.
func unquote(s string) (value string, quoted bool) {
	trimmed := strings.TrimSpace(s)
	if trimmed != "" && (trimmed[0] == '"' || trimmed[0] == '\'') {
		inner := trimmed[1:]
		for from := 0; ; {
			end := strings.IndexByte(inner[from:], trimmed[0])
			if end < 0 {
				break
			}
			end += from
			if after := inner[end+1:]; strings.TrimSpace(cutComment(after)) == "" {
				return inner[:end], true
			}
			from = end + 1
		}
	}
	return strings.TrimSpace(cutComment(s)), false
}

// cutComment cuts s at the first "#" or ";" that follows a space.
func cutComment(s string) string {
	for i := 1; i < len(s); i++ {
		if (s[i] == '#' || s[i] == ';') && (s[i-1] == ' ' || s[i-1] == '\t') {
			return s[:i]
		}
	}
	return s
}

// parseList reads [a, b] and JSON's ["a", "b"].
func parseList(s string) (values []string) {
	var list []any
	if json.Unmarshal([]byte(s), &list) == nil {
		for _, v := range list {
			values = append(values, fmt.Sprint(v))
		}
		return values
	}
	for v := range strings.SplitSeq(s[1:len(s)-1], ",") {
		if v, _ = unquote(v); v != "" {
			values = append(values, v)
		}
	}
	return values
}
