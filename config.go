package main

import (
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
	if named == "" || isK6Config(named) && (p.k6 != nil || len(p.early) > 0) {
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
