package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// parseTOML reads the table tool.locust, then tool.katydid, which so wins; in a
// file other than pyproject.toml, where the top level is ours, all of it if
// there is neither.
func parseTOML(name, text string) ([]confEntry, error) {
	var doc map[string]any
	if _, err := toml.Decode(text, &doc); err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			return nil, fmt.Errorf("%s:%d: %s", name, parse.Position.Line, parse.Message)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var entries []confEntry
	tool, _ := doc["tool"].(map[string]any)
	for _, section := range []string{"locust", "katydid"} {
		if table, ok := tool[section].(map[string]any); ok {
			found, err := tomlEntries(name+" [tool."+section+"]", table)
			if err != nil {
				return nil, err
			}
			entries = append(entries, found...)
		}
	}
	if entries == nil && !strings.HasSuffix(name, "pyproject.toml") {
		return tomlEntries(name, doc)
	}
	return entries, nil
}

func tomlEntries(where string, table map[string]any) (entries []confEntry, err error) {
	for key, value := range table {
		e := confEntry{where: where, key: key}
		values, isList := value.([]any)
		if e.list = isList; !isList {
			values = []any{value}
		}
		for _, v := range values {
			switch v.(type) {
			case string, int64, float64, bool:
				e.values = append(e.values, fmt.Sprint(v))
			default:
				return nil, fmt.Errorf("%s: the value of %q must be a string, a number, true, false, or a list of these", where, key)
			}
		}
		entries = append(entries, e)
	}
	// A map has no order; of several errors the same one should be reported.
	slices.SortFunc(entries, func(a, b confEntry) int { return strings.Compare(a.key, b.key) })
	return entries, nil
}
