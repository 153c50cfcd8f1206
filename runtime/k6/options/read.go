package options

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// FromScript reads the options that a script exports, as JSON.stringify gives
// them; empty is none. It warns of names that are not known.
func FromScript(exported []byte) (o *Options, warnings []string, err error) {
	const from = "the script"
	o = &Options{}
	exported = bytes.TrimSpace(exported)
	if len(exported) > 0 && exported[0] != '{' && !isNull(exported) {
		return nil, nil, fmt.Errorf("options must be an object, not %s (from %s)", brief(exported), from)
	}
	list, err := members(exported)
	if err != nil {
		return nil, nil, fmt.Errorf("options: %w (from %s)", err, from)
	}
	for _, m := range list {
		r := named(m.key)
		switch {
		case r == nil:
			warnings = append(warnings, fmt.Sprintf("option %s is not known and does nothing (from %s)", m.key, from))
		case r.where == fileOnly && r.Name != "":
			warnings = append(warnings, fmt.Sprintf("option %s does nothing in a script: use --%s (from %s)", m.key, r.Name, from))
		default:
			if err := r.access.fromJSON(o, m.raw, from); err != nil {
				return nil, nil, failed(within(r.key, err), from)
			}
		}
	}
	return o, warnings, nil
}

// FromFile reads the text of a configuration file of k6. What it does not know
// it passes over, as k6 does: older versions wrote more there.
func FromFile(path string, text []byte) (*Options, error) {
	from := "the file " + path
	o := &Options{}
	if !json.Valid(text) {
		return nil, fmt.Errorf("the configuration file %s is not JSON", path)
	}
	list, err := members(text)
	if err != nil {
		return nil, fmt.Errorf("the configuration file %s %w", path, err)
	}
	for _, m := range list {
		if r := named(m.key); r != nil && r.access.takesJSON() {
			if err := r.access.fromJSON(o, m.raw, from); err != nil {
				return nil, failed(within(r.key, err), from)
			}
		}
	}
	return o, nil
}

// FromEnv reads the variables of k6, K6_VUS and so on, from NAME=VALUE lines.
// Empty ones count as not set.
func FromEnv(environ []string) (*Options, error) {
	env := map[string]string{}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	o := &Options{}
	for _, f := range Flags() {
		if value := env[f.Env]; f.Env != "" && value != "" {
			if err := f.Set(o, value, f.Env); err != nil {
				return nil, err
			}
		}
	}
	return o, nil
}

// Flags are the options for the command line and the environment, in order.
func Flags() []Flag {
	var flags []Flag
	for _, r := range table {
		if !r.access.takesText() || r.Name == "" && r.Env == "" {
			continue
		}
		f, name := r.Flag, r.key
		if name == "" {
			name = f.Name
		}
		f.Set = func(o *Options, value, from string) error {
			return failed(within(name, r.access.fromText(o, value, from)), from)
		}
		if f.Meta == "" && f.Name != "" {
			f.NoValue = "true"
		}
		flags = append(flags, f)
	}
	return flags
}

func named(key string) *tableRow {
	for i := range table {
		if table[i].key != "" && fold(table[i].key) == fold(key) {
			return &table[i]
		}
	}
	return nil
}
