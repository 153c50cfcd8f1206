package main

import (
	"math"
	"slices"
	"time"
)

// document is all that was measured.
type document struct {
	options
	began    time.Time
	took     time.Duration
	tools    []*tool
	absent   []string // tools that are not on PATH
	figures  map[*tool]*figures
	sections []section
	goals    []goal
	failures []string // runs that gave no figures, and why
}

// figures are those of one tool.
type figures struct {
	cpu, rate, busy      values // microseconds, requests a second, share of the core
	few, many            crowds
	slope, rise, scatter values // bytes for a request, bytes, bytes
	first, last          values // bytes
	names                [3]values
	scripts              [2]scriptCost // in the order of scripted
}

// of returns the figures of a tool, empty ones if it was not measured.
func (d *document) of(t *tool) *figures {
	if d.figures[t] == nil {
		d.figures[t] = &figures{}
	}
	return d.figures[t]
}

// section is a table.
type section struct {
	title, about string
	head         []string
	rows         [][]string
}

// goal is something that katydid is to reach.
type goal struct {
	what, found string
	word        string
}

const (
	reached    = "reached"
	missed     = "MISSED"
	unmeasured = "not measured"
)

// atMost makes a goal of which the median must not exceed a limit. The unit goes behind what was found.
func atMost(what string, v values, limit float64, format, unit string) goal {
	g := goal{what: what, found: v.text(format) + unit, word: missed}
	switch median := v.median(); {
	case math.IsNaN(median):
		g.word = unmeasured
	case median <= limit:
		g.word = reached
	}
	return g
}

// failed says whether a run failed or a goal was missed.
func (d *document) failed() bool {
	return len(d.failures) > 0 || slices.ContainsFunc(d.goals, func(g goal) bool { return g.word == missed })
}
