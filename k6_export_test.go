//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// k6Export is the file of --summary-export.
type k6Export struct {
	Root    k6ExportGroup             `json:"root_group"`
	Metrics map[string]map[string]any `json:"metrics"`
}

type k6ExportGroup struct {
	Path   string
	ID     string
	Groups map[string]k6ExportGroup
	Checks map[string]struct {
		Path, ID      string
		Passes, Fails int
	}
}

func (g *k6ExportGroup) describe(add func(string)) {
	for _, name := range slices.Sorted(maps.Keys(g.Checks)) {
		check := g.Checks[name]
		add(fmt.Sprintf("check %s: %d passed, %d failed, id %s", check.Path, check.Passes, check.Fails, check.ID))
	}
	for _, name := range slices.Sorted(maps.Keys(g.Groups)) {
		sub := g.Groups[name]
		add("group " + sub.Path + ", id " + sub.ID)
		sub.describe(add)
	}
}

// describeMetric names a metric and its values. Numbers that depend on time or on the address of the server are left out,
// but not those of a script's own metrics, which begin with my_.
func describeMetric(name string, values map[string]any, loose bool) string {
	b := new(strings.Builder)
	fmt.Fprintf(b, "metric %s:", name)
	base, _, _ := strings.Cut(name, "{")
	exact := strings.HasPrefix(base, "my_")
	for _, key := range slices.Sorted(maps.Keys(values)) {
		switch v := values[key].(type) {
		case float64:
			fmt.Fprintf(b, " %s", key)
			count := key == "count" && !strings.HasPrefix(base, "data_") || key == "passes" || key == "fails"
			if count && !loose || exact && key != "rate" {
				fmt.Fprintf(b, "=%v", v)
			}
		default: // thresholds
			text, _ := json.Marshal(v)
			fmt.Fprintf(b, " %s=%s", key, text)
		}
	}
	return b.String()
}
