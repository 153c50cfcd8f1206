package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// document is all that was found.
type document struct {
	began    time.Time
	took     time.Duration
	options  options
	tools    []*tool
	absent   []string
	captured bool // packets were
	tables   []table
	goals    []goal
	failures []string
}

// table is one scenario.
type table struct {
	title, about string
	head         []string
	rows         [][]string
}

// goal is what katydid is to reach, and whether it did.
type goal struct {
	scenario, what, found string
	reached               bool
}

// failed says whether a goal was missed or a run gave no figures.
func (d *document) failed() bool {
	return len(d.failures) > 0 || slices.ContainsFunc(d.goals, func(g goal) bool { return !g.reached })
}

var scenarioHead = []string{"tool", "figure", "against", "requests", "per second", "p50", "p90", "p99", "p99.9", "max", "CPU us", "MB"}

// addScenario adds the table of a scenario, and katydid's goal in it.
func (d *document) addScenario(s scenario, runs []run) {
	var late []run
	t := table{title: s.id + ": " + s.title, about: s.about(d.options.time), head: scenarioHead}
	for _, tool := range d.tools {
		var of []run
		for _, r := range runs {
			if r.scenario == s.id && r.tool == tool.name {
				of = append(of, r)
			}
		}
		if len(of) == 0 {
			continue
		}
		late = append(late, of...)
		t.about += saying(of)
		found := summarise(of)
		for _, f := range found {
			t.rows = append(t.rows, s.row(of, f))
		}
		if tool == &katydid {
			d.goals = append(d.goals, s.goals(found)...)
		}
	}
	if len(late) > 0 {
		t.about += fmt.Sprintf(" The server gave its answers late by p50 %s, p99 %s, p99.9 %s ms (medians of all runs).",
			number(medianOf(late, func(r run) float64 { return r.serverLate[0] })),
			number(medianOf(late, func(r run) float64 { return r.serverLate[2] })),
			number(medianOf(late, func(r run) float64 { return r.serverLate[3] })))
	}
	if len(t.rows) > 0 {
		d.tables = append(d.tables, t)
	}
}

// saying tells what a tool says first of its own trouble, and in how many of its runs; "" if it says nothing.
func saying(runs []run) string {
	count := map[string]int{}
	for _, r := range runs {
		if len(r.report.says) > 0 {
			count[r.report.says[0]]++
		}
	}
	text := ""
	for _, word := range slices.Sorted(maps.Keys(count)) {
		text += fmt.Sprintf(" %s says in %d of %d: %s.", runs[0].tool, count[word], len(runs), word)
	}
	return text
}

// about says what the load is and what is true.
func (s scenario) about(run time.Duration) string {
	text := fmt.Sprintf("Open: %.0f requests a second, evenly spaced.", s.rate)
	switch {
	case s.rate == 0:
		text = fmt.Sprintf("Closed: %d users or connections.", s.conns)
	case s.poisson:
		text = fmt.Sprintf("Open: %.0f requests a second at random (Poisson).", s.rate)
	}
	if s.plan == nil {
		return text
	}
	text += " The plan, in milliseconds:"
	for i, v := range planTimes(s.plan(run)) {
		if !math.IsNaN(v) {
			text += fmt.Sprintf(" %s %s", quantileNames[i], number(v))
		}
	}
	return text + "."
}

var quantileNames = [5]string{"p50", "p90", "p99", "p99.9", "max"}

// finding is what all repeats of a comparison come to.
type finding struct {
	comparison // of medians
	errors     times
	spread     times // from the smallest to the largest error
}

// summarise takes the medians of the comparisons of several runs of one tool in one scenario.
func summarise(runs []run) []finding {
	var found []finding
	for k, first := range runs[0].compared {
		f := finding{comparison: first}
		for i := range quantiles {
			var want, got, errors []float64
			for _, r := range runs {
				if k < len(r.compared) && r.compared[k].figure == first.figure && r.compared[k].truth == first.truth {
					c := r.compared[k]
					want, got, errors = append(want, c.want[i]), append(got, c.got[i]), append(errors, c.got[i]-c.want[i])
				}
			}
			f.want[i], f.got[i], f.errors[i] = median(want), median(got), median(errors)
			f.spread[i] = slices.Max(errors) - slices.Min(errors)
		}
		found = append(found, f)
	}
	return found
}

// median of at least one value. It sorts v.
func median(v []float64) float64 {
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// medianOf is the median of what value says of runs.
func medianOf(runs []run, value func(run) float64) float64 {
	var all []float64
	for _, r := range runs {
		all = append(all, value(r))
	}
	return median(all)
}
