package main

import (
	"fmt"
	"math"
	"slices"
)

// row makes the row of a finding. A value that is off by more than the scenario allows is marked.
func (s scenario) row(runs []run, f finding) []string {
	cells := []string{
		f.tool, f.figure, f.truth,
		fmt.Sprintf("%.0f", medianOf(runs, func(r run) float64 { return float64(r.report.requests) })),
		fmt.Sprintf("%.0f", medianOf(runs, func(r run) float64 { return r.rate })),
	}
	off := s.judge(f.want, f.errors)
	for i := range quantiles {
		cells = append(cells, cell(f, i, len(runs) > 1, f.figure != "lag" && slices.Contains(off, i)))
	}
	return append(cells,
		fmt.Sprintf("%.1f", medianOf(runs, run.costPerRequest)),
		fmt.Sprintf("%.0f", medianOf(runs, func(r run) float64 { return float64(r.report.rss) / 1e6 })))
}

// cell is what was reported, and its error with the spread over the repeats.
func cell(f finding, i int, repeated, off bool) string {
	switch {
	case math.IsNaN(f.got[i]):
		return "not said"
	case math.IsNaN(f.want[i]) || f.figure == "lag":
		return number(f.got[i])
	}
	text := number(f.got[i]) + " (" + signed(f.errors[i])
	if repeated {
		text += " ±" + number(f.spread[i]/2)
	}
	text += ")"
	if off {
		text += " !"
	}
	return text
}

// number shows milliseconds to whole microseconds, large ones shorter.
func number(v float64) string {
	switch {
	case math.Abs(v) < 10:
		return fmt.Sprintf("%.3f", v)
	case math.Abs(v) < 100:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func signed(v float64) string {
	if v < 0 {
		return number(v)
	}
	return "+" + number(v)
}
