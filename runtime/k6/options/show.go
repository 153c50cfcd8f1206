package options

import (
	"slices"

	"katydid/internal/ordered"
)

// JSON is what a script sees as exec.test.options: the merged options, where
// the scenarios stand for whatever said something of the load, and null for
// what was not given.
func (r *Resolved) JSON() []byte {
	shown := object{}
	for _, row := range table {
		switch {
		case row.key == "" || slices.Contains([]string{"vus", "duration", "iterations", "stages"}, row.key) || isRunRow(row.key):
		case row.key == "scenarios":
			given, _ := r.Given.given()
			byName := map[string]object{}
			for i := range given {
				byName[given[i].Name] = given[i].shown()
			}
			shown.add(row.key, byName)
		case (row.where == own || row.where == quiet) && row.access.origin(r.Given) == "":
		case row.key == "systemTags":
			shown.add(row.key, showSystemTags(r.SystemTags))
		case row.key == "summaryTrendStats":
			shown.add(row.key, r.SummaryTrendStats)
		default:
			shown.add(row.key, row.access.shown(r.Given))
		}
	}
	text, err := ordered.Marshal(shown)
	if err != nil {
		panic("options: " + err.Error()) // only strings, numbers and JSON that was read
	}
	return text
}

func isRunRow(key string) bool {
	return slices.ContainsFunc(runRows, func(r tableRow) bool { return r.key == key })
}
