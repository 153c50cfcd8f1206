package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"katydid/stats"
)

// liveColumn is a column of figures. Drop is its turn to go when the names need its room: 1 is the first, 0 never goes.
type liveColumn struct {
	title string
	least int // width in columns, so that the table does not jump about while the figures grow
	drop  int
	cell  func(r *stats.Row) string
}

// liveColumns of the table, right of the names. Times are service times since the start, in milliseconds.
var liveColumns = [...]liveColumn{
	{"reqs", 6, 5, func(r *stats.Row) string { return fmt.Sprint(r.Count) }},
	{"fails", 11, 6, func(r *stats.Row) string { return fmt.Sprintf("%d (%s)", r.Failures, failedShare(r)) }},
	{"req/s", 6, 0, func(r *stats.Row) string { return rate(r.RecentRPS) }},
	{"p50", 5, 4, quantileCell(0.50)},
	{"p90", 5, 1, quantileCell(0.90)},
	{"p95", 5, 0, quantileCell(0.95)},
	{"p99", 5, 2, quantileCell(0.99)},
	{"max ms", 6, 3, quantileCell(1)},
}

// quantileCell shows one of stats.Quantiles, or a dash where nothing was timed.
func quantileCell(q float64) func(r *stats.Row) string {
	at := slices.Index(stats.Quantiles[:], q)
	return func(r *stats.Row) string {
		if r.Service.Count == 0 {
			return "-"
		}
		if !r.Service.Supported(at) {
			return "n/a"
		}
		return stats.FormatMillis(r.Service.Quantile[at])
	}
}

// The room for names: a table with shorter ones would not tell them apart.
const (
	minLiveName = 16
	maxLiveName = 60 // beyond it the figures stand too far from the names
)

// tableLines is the table of names in at most room lines, with the sum of all.
func tableLines(s *stats.Snapshot, st status, width, room int) []styledLine {
	rows := mostRequested(s.Rows, room-2) // a title and the sum
	hidden := len(s.Rows) - len(rows)
	rows = append(rows, &s.Total)
	names, nameWidth := liveNames(rows)
	columns, cells := chooseColumns(rows, width-min(nameWidth, minLiveName))
	used := 0
	for _, c := range columns {
		used += c.least + 1
	}
	nameWidth = min(nameWidth, maxLiveName, width-used)
	title := fitLeft("name", nameWidth)
	for _, c := range columns {
		title += " " + fitRight(c.title, c.least)
	}
	courses := rowCourses(st, width-used-nameWidth)
	lines := []styledLine{{{title + courses.title(), styleBold}}}
	for i, r := range rows {
		if r == &s.Total && hidden > 0 {
			lines = append(lines, styledLine{{fmt.Sprintf("... and %d more names", hidden), styleDim}})
		}
		l := styledLine{{fitLeft(names[i], nameWidth), stylePlain}}
		for j, c := range columns {
			l = append(l, span{" " + fitRight(cells[i][j], c.least), cellStyle(c, r)})
		}
		lines = append(lines, append(l, span{courses.cells(r, r == &s.Total), styleGood}))
	}
	return lines
}

func cellStyle(c liveColumn, r *stats.Row) style {
	if c.title == "fails" {
		return failStyle(r)
	}
	return stylePlain
}

// mostRequested are the rows that fit into room lines, in the order of the snapshot so that they keep their places. If
// not all fit one line less is taken, for the count of the others.
func mostRequested(rows []stats.Row, room int) []*stats.Row {
	all := make([]*stats.Row, len(rows))
	for i := range rows {
		all[i] = &rows[i]
	}
	if len(all) <= room {
		return all
	}
	slices.SortStableFunc(all, func(a, b *stats.Row) int { return cmp.Compare(b.Count, a.Count) })
	all = all[:max(room-1, 0)]
	slices.SortFunc(all, func(a, b *stats.Row) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Method, b.Method))
	})
	return all
}

// liveNames are the labels of the rows, methods in a column of their own, and the width of the widest.
func liveNames(rows []*stats.Row) (names []string, width int) {
	method := 0
	for _, r := range rows {
		method = max(method, min(stats.Columns(stats.Printable(r.Method)), 8))
	}
	for _, r := range rows {
		name := stats.Printable(r.Name)
		if r.Method != "" {
			name = fitLeft(stats.Printable(r.Method), method) + " " + name
		}
		names = append(names, name)
		width = max(width, stats.Columns(name))
	}
	return names, width
}

// chooseColumns makes the cells of the rows and drops columns until they fit into room; the columns that remain are as
// wide as their widest cell.
func chooseColumns(rows []*stats.Row, room int) (columns []liveColumn, cells [][]string) {
	columns = slices.Clone(liveColumns[:])
	used := 0
	for i := range columns {
		for _, r := range rows {
			columns[i].least = max(columns[i].least, len(columns[i].cell(r)))
		}
		used += columns[i].least + 1
	}
	for turn := 1; used > room && turn <= len(liveColumns); turn++ {
		columns = slices.DeleteFunc(columns, func(c liveColumn) bool {
			if c.drop == turn {
				used -= c.least + 1
			}
			return c.drop == turn
		})
	}
	for _, r := range rows {
		var line []string
		for _, c := range columns {
			line = append(line, c.cell(r))
		}
		cells = append(cells, line)
	}
	return columns, cells
}

// fitLeft cuts or fills printable text on its right to n columns.
func fitLeft(s string, n int) string {
	s = stats.Shorten(s, n)
	return s + strings.Repeat(" ", max(n-stats.Columns(s), 0))
}

// fitRight fills ASCII text on its left to n columns.
func fitRight(s string, n int) string { return strings.Repeat(" ", max(n-len(s), 0)) + s }
