package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"katydid/stats"
)

// The least room for the whole view; a smaller terminal gets one line.
const (
	liveWidth  = 40
	liveHeight = 10
)

// drawLive draws the live view for a terminal of that size: lines without line ends or trailing spaces, none wider than
// width, and fewer than height, so that there is room for the cursor below. What does not fit is left out: rows of the
// least requested names first, then columns (see liveColumns); sparklines are only where the rest leaves room. Colour adds SGR sequences, which take no column.
func drawLive(s *stats.Snapshot, st status, width, height int, colour bool) []string {
	if width < 1 || height < 2 {
		return nil
	}
	var lines []styledLine
	if width < liveWidth || height < liveHeight {
		lines = []styledLine{smallLine(s, st, width)}
	} else {
		lines = wholeView(s, st, width, height)
	}
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text(width, colour)
	}
	return texts
}

// The least heights of a terminal for what is not on the smallest ones.
const (
	trendHeight     = 14
	generatorHeight = 16
	looseHeight     = 20 // an empty line before the table
)

// wholeView is the view on a terminal that has room for it.
func wholeView(s *stats.Snapshot, st status, width, height int) []styledLine {
	room := height - 1 - height/5 // the cursor's line, and a fifth of the screen for the log
	lines := []styledLine{titleLine(st, width), progressLine(st, width), totalsLine(s, st, width)}
	if height >= trendHeight && st.trend.known() {
		lines = append(lines, trendLines(st, width)...)
	}
	if height >= generatorHeight && st.generator != nil {
		lines = append(lines, generatorLine(s, st.generator, width))
	}
	if height >= looseHeight {
		lines = append(lines, nil)
	}
	var hint []styledLine
	if height >= generatorHeight && st.hint != "" {
		hint = []styledLine{hintLine(st.hint, width)}
	}
	room -= len(lines) + len(hint)
	errors := errorLines(s, min(8, room/3), width)
	lines = append(lines, tableLines(s, st, width, room-len(errors))...)
	return slices.Concat(lines, errors, hint)
}

// hintLine is the hint, in whole parts; two spaces divide them.
func hintLine(hint string, width int) (l styledLine) {
	for i, part := range strings.Split(hint, "  ") {
		if i > 0 {
			part = "  " + part
		}
		l = append(l, span{part, styleDim})
	}
	return l.whole(width)
}

// titleLine is a rule with the script and the host: it also divides the view from the log above.
func titleLine(st status, width int) styledLine {
	title := "-- " + stats.Printable(st.script)
	if st.host != "" {
		title += " on " + stats.Printable(st.host)
	}
	l := styledLine{{title, styleBold}}
	if rest := width - l.columns() - 1; rest > 0 {
		l = append(l, span{" " + strings.Repeat("-", rest), styleDim})
	}
	return l
}

// stateStyle tells at a glance whether the load is complete.
func stateStyle(state string) style {
	if state == "running" {
		return styleGood
	}
	return styleBusy
}

// progressLine is the state, the time and, if the end is known, a bar.
func progressLine(st status, width int) styledLine {
	l := styledLine{{stats.Printable(st.state), stateStyle(st.state)}, {"  " + clocks(st), stylePlain}}
	if st.runTime <= 0 {
		return l
	}
	share := min(max(float64(st.elapsed)/float64(st.runTime), 0), 1)
	percent := fmt.Sprintf("] %d%%", int(100*share))
	room := min(width-l.columns()-len(" [] 100%"), 60)
	if room < 4 {
		return append(l, span{fmt.Sprintf(" %d%%", int(100*share)), stylePlain})
	}
	done := int(share * float64(room))
	return append(l, span{" [", stylePlain}, span{strings.Repeat("#", done), styleGood},
		span{strings.Repeat("-", room-done), styleDim}, span{percent, stylePlain})
}

// clocks is elapsed/run time, or the elapsed time alone.
func clocks(st status) string {
	if st.runTime <= 0 {
		return clock(st.elapsed)
	}
	return clock(st.elapsed) + "/" + clock(st.runTime)
}

// clock is 05:07 or 1:05:07; what is left of the last second is dropped.
func clock(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// totalsLine is the load and its outcome in figures.
func totalsLine(s *stats.Snapshot, st status, width int) styledLine {
	t := &s.Total
	starts := ""
	if st.open {
		starts = fmt.Sprintf("  starts %s/s, %d waiting", rate(st.starts), st.tally.Planned-st.tally.Started-st.tally.Omitted)
		if st.dropped > 0 {
			starts = fmt.Sprintf("  starts %s/s, %d dropped", rate(st.starts), st.dropped)
		}
	}
	return styledLine{
		{fmt.Sprintf("users %d/%d", st.users, st.target), stylePlain},
		{starts, stylePlain},
		{fmt.Sprintf("  %s req/s", rate(t.RecentRPS)), stylePlain},
		{fmt.Sprintf("  failures %s/s (%s)", rate(t.RecentFPS), failedShare(t)), failStyle(t)},
		{fmt.Sprintf("  requests %d", t.Count), stylePlain},
	}.whole(width)
}

// smallLine is all that a small terminal shows.
func smallLine(s *stats.Snapshot, st status, width int) styledLine {
	return styledLine{
		{stats.Printable(st.state), stateStyle(st.state)},
		{" " + clocks(st), stylePlain},
		{fmt.Sprintf(" %d/%d users", st.users, st.target), stylePlain},
		{fmt.Sprintf(" %s req/s", rate(s.Total.RecentRPS)), stylePlain},
		{" " + failedShare(&s.Total) + " failed", failStyle(&s.Total)},
	}.whole(width)
}

// rate is a number per second, without decimals once they no longer matter.
func rate(perSecond float64) string {
	if perSecond >= 999.95 {
		return fmt.Sprintf("%.0f", perSecond)
	}
	return fmt.Sprintf("%.1f", perSecond)
}

// failedShare is the failures' share of a row's requests since the start.
func failedShare(r *stats.Row) string {
	if r.Count == 0 {
		return "0%"
	}
	return fmt.Sprintf("%.2f%%", 100*float64(r.Failures)/float64(r.Count))
}

func failStyle(r *stats.Row) style {
	if r.Failures > 0 {
		return styleBad
	}
	return stylePlain
}

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
