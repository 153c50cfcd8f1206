package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"katydid/internal/ordered"
	"katydid/runtime/vu"
	"katydid/stats"
)

// showRatios is --show-task-ratio and --show-task-ratio-json: how often which task is chosen.
func (r *run) showRatios() int {
	users := 0
	if r.opts.given("users") {
		users = r.opts.users
	}
	perClass, total := vu.Ratios(r.env.Classes, vu.Expected(r.env.Classes, users))
	if r.opts.ratiosJSON {
		writeRatiosJSON(r.sys.stdout, perClass, total)
		return exitOK
	}
	rule := strings.Repeat("-", 80)
	fmt.Fprintf(r.sys.stdout, "\n Task ratio per User class\n%s\n", rule)
	writeRatios(r.sys.stdout, perClass, 0)
	fmt.Fprintf(r.sys.stdout, "\n Total task ratio\n%s\n", rule)
	writeRatios(r.sys.stdout, total, 0)
	return exitOK
}

// writeRatios writes a line for each, in Locust's form: its share in percent and its name, indented by its depth.
func writeRatios(w io.Writer, list []vu.Ratio, depth int) {
	indent := strings.Repeat("  ", depth)
	for _, r := range list {
		fmt.Fprintf(w, " %-10s %-50s\n", indent+fmt.Sprintf("%-6.1f", 100*r.Share), indent+stats.Printable(r.Name))
		writeRatios(w, r.Tasks, depth+1)
	}
}

// writeRatiosJSON writes Locust's document of them.
func writeRatiosJSON(w io.Writer, perClass, total []vu.Ratio) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "    ")
	_ = e.Encode(struct { // who cannot read it does not
		PerClass ratioObject `json:"per_class"`
		Total    ratioObject `json:"total"`
	}{perClass, total})
}

// ratioObject is an object with a member for each: {name: {"ratio": share, "tasks": {...}}}; a function has no tasks.
type ratioObject []vu.Ratio

// MarshalJSON implements json.Marshaler.
func (list ratioObject) MarshalJSON() ([]byte, error) {
	type member struct {
		Ratio stats.Float  `json:"ratio"`
		Tasks *ratioObject `json:"tasks,omitempty"`
	}
	return ordered.Object(func(yield func(string, any) bool) {
		for _, r := range list {
			m := member{Ratio: stats.Float(r.Share)}
			if r.Tasks != nil {
				tasks := ratioObject(r.Tasks)
				m.Tasks = &tasks
			}
			if !yield(r.Name, m) {
				return
			}
		}
	})
}
