package stats

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// The widths of Locust's tables without a terminal.
const (
	typeWidth      = 8
	tableName      = 76
	percentileName = 80
	reportWidth    = 160
	minName        = 12 // below that columns go; Locust's names go down to nothing
)

// column is one of a table's columns behind the name.
type column struct {
	title  string
	format string // of the cell; holds what stands between it and its neighbour too
	rule   int    // its part of the rule: Locust's, which differs from its width
	narrow bool   // it stays when the terminal is narrow
}

var tableColumns = []column{
	{"# reqs", " %7s", 7, true},
	{"# fails", " %12s |", 13, true},
	{"Avg", "%7s", 7, true},
	{"Min", " %7s", 7, false},
	{"Max", " %7s", 7, true},
	{"Med", "%7s |", 7, true},
	{"req/s", " %7s", 8, true},
	{"failures/s", " %11s", 11, false},
}

// layout is a table's columns as far as they fit, and the width of the name before them.
type layout struct {
	columns []column
	shown   []bool // by index in all columns
	name    int
	cut     bool // names that are too long are cut: there is a terminal
}

// fit drops the columns that are not needed most when the terminal leaves less than minName for the name.
func fit(all []column, terminal, usual int) layout {
	l := layout{cut: terminal > 0}
	for _, narrow := range []bool{false, true} {
		l.columns, l.shown = nil, make([]bool, len(all))
		room := terminal - typeWidth - 1
		for i, c := range all {
			if narrow && !c.narrow {
				continue
			}
			l.columns, l.shown[i] = append(l.columns, c), true
			room -= len(fmt.Sprintf(c.format, ""))
		}
		if terminal <= 0 {
			l.name = usual
			return l
		}
		if l.name = min(max(room, minName), usual); room >= minName {
			break
		}
	}
	return l
}

// line writes a label and the cells of all columns; those that do not fit are left out.
func (l layout) line(b *bytes.Buffer, method, name string, cells []string) {
	b.WriteString(label(method, name, l.name, l.cut))
	at := 0
	for i, cell := range cells {
		if l.shown[i] {
			fmt.Fprintf(b, l.columns[at].format, cell)
			at++
		}
	}
	b.WriteByte('\n')
}

func (l layout) head(b *bytes.Buffer, all []column) {
	titles := make([]string, len(all))
	for i, c := range all {
		titles[i] = c.title
	}
	l.line(b, "Type", "Name", titles)
}

func (l layout) rule() string {
	widths := []int{typeWidth, l.name}
	for _, c := range l.columns {
		widths = append(widths, c.rule)
	}
	return dashes(widths...)
}

// WriteTable writes Locust's table of requests and an empty line. Width is that of the terminal in columns; 0 means that
// there is none: then the names have 76 columns and longer ones are not cut. If current, the rates are the recent
// ones, as the periodic table has them; else those of the whole run, as in the final one. Times are service times.
func WriteTable(w io.Writer, s *Snapshot, width int, current bool) error {
	l := fit(tableColumns, width, tableName)
	var b bytes.Buffer
	l.head(&b, tableColumns)
	b.WriteString(l.rule())
	for i := range s.Rows {
		l.line(&b, s.Rows[i].Method, s.Rows[i].Name, tableCells(s, &s.Rows[i], current))
	}
	b.WriteString(l.rule())
	l.line(&b, s.Total.Method, s.Total.Name, tableCells(s, &s.Total, current))
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func tableCells(s *Snapshot, r *Row, current bool) []string {
	rps, fps := s.RPS(r), s.FPS(r)
	if current {
		rps, fps = r.RecentRPS, r.RecentFPS
	}
	share := 0.0
	if r.Count > 0 {
		share = 100 * float64(r.Failures) / float64(r.Count)
	}
	t := &r.Service
	return []string{
		fmt.Sprint(r.Count), fmt.Sprintf("%d(%.2f%%)", r.Failures, share),
		formatMillis(t.Mean()), formatMillis(t.Min), formatMillis(t.Max), formatMillis(t.Quantile[0]),
		fmt.Sprintf("%.2f", rps), fmt.Sprintf("%.2f", fps),
	}
}

// percentileTable is the percentiles' columns: those of the CSV files, and the number of requests.
func percentileTable() []column {
	var all []column
	for i, title := range strings.Split(percentileColumns, ",") {
		c := column{title, " %6s", 6, slices.Contains([]string{"50%", "90%", "95%", "99%", "99.9%", "100%"}, title)}
		if i == 0 {
			c.format, c.rule = " %8s", 8
		}
		all = append(all, c)
	}
	return append(all, column{"# reqs", " %6s", 6, true})
}

// WritePercentiles writes Locust's table of response time percentiles and an empty line; width as in WriteTable.
// Rows without a timed request are left out; a percentile that the samples cannot tell is n/a.
func WritePercentiles(w io.Writer, s *Snapshot, width int) error {
	all := percentileTable()
	l := fit(all, width, percentileName)
	var b bytes.Buffer
	b.WriteString("Response time percentiles (approximated)\n")
	l.head(&b, all)
	b.WriteString(l.rule())
	for i := range s.Rows {
		l.percentiles(&b, &s.Rows[i])
	}
	b.WriteString(l.rule())
	l.percentiles(&b, &s.Total)
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func (l layout) percentiles(b *bytes.Buffer, r *Row) {
	if r.Service.Count == 0 {
		return
	}
	var cells []string
	for i := range Quantiles {
		cells = append(cells, told(&r.Service, i))
	}
	l.line(b, r.Method, r.Name, append(cells, fmt.Sprint(r.Count)))
}

// WriteErrorReport writes Locust's list of failures and an empty line; nothing when there is no failure. Messages are
// never cut; width, as in WriteTable, is only that of the rules.
func WriteErrorReport(w io.Writer, s *Snapshot, width int) error {
	if len(s.Failures) == 0 {
		return nil
	}
	if width <= 0 {
		width = reportWidth
	}
	rule := dashes(18, max(width-19, 20))
	room := min(100, max(width-19, 0)) // padding that wraps would leave an empty line
	var b bytes.Buffer
	fmt.Fprintf(&b, "Error report\n%-18s %-*s\n%s", "# occurrences", room, "Error", rule)
	for i := range s.Failures {
		f := &s.Failures[i]
		name := strings.TrimSpace(f.Method + " " + f.Name)
		fmt.Fprintf(&b, "%-18d %s\n", f.Count, pad(oneLine(name+": "+failureMessage(f.Text)), room))
	}
	b.WriteString(rule + "\n")
	_, err := w.Write(b.Bytes())
	return err
}

// dashes is a rule between the lines of a table; the widths are Locust's, which differ from those of its columns.
func dashes(widths ...int) string {
	parts := make([]string, len(widths))
	for i, n := range widths {
		parts[i] = strings.Repeat("-", n)
	}
	return strings.Join(parts, "|") + "\n"
}

// label is the two left cells of a line; a long type takes its room from the name. If cut, what does not fit is.
func label(method, name string, nameWidth int, cut bool) string {
	s := pad(oneLine(method), typeWidth) + " " + oneLine(name)
	room := typeWidth + 1 + nameWidth
	if cut {
		s = shorten(s, room)
	}
	return pad(s, room)
}

// oneLine makes control and other unprintable characters visible: a name must neither break the table nor command
// the terminal.
func oneLine(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = appendPrintable(b, r)
	}
	return string(b)
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-columns(s), 0)) }

// shorten cuts s to n columns, the last of them an ellipsis, if it is wider.
func shorten(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	used := 0
	for i, r := range s {
		if used += runeColumns(r); used > n-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// columns is how many columns of a terminal s takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case r < 0x300: // no combining and no wide characters down here
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
