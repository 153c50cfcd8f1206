package stats

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// The widths of Locust's tables without a terminal.
const (
	typeWidth       = 8
	tableName       = 76
	percentileName  = 80
	reportWidth     = 160
	minName         = 12 // Locust goes down to nothing; a table that wraps is better than one without names
	tableOther      = 84 // all columns of the table but the name
	percentileOther = 95 // the same of the percentiles
)

// WriteTable writes Locust's table of requests and an empty line. Width is that of the terminal in columns; 0 means that
// there is none: then the names have 76 columns and longer ones are not cut. If current, the rates are the recent
// ones, as the periodic table has them; else those of the whole run, as in the final one. Times are service times.
func WriteTable(w io.Writer, s *Snapshot, width int, current bool) error {
	n := nameWidth(width, tableOther, tableName)
	rule := dashes(typeWidth, n, 7, 13, 7, 7, 7, 7, 8, 11)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %7s %12s |%7s %7s %7s%7s | %7s %11s\n", label("Type", "Name", n, false),
		"# reqs", "# fails", "Avg", "Min", "Max", "Med", "req/s", "failures/s")
	b.WriteString(rule)
	for i := range s.Rows {
		tableLine(&b, s, &s.Rows[i], label(s.Rows[i].Method, s.Rows[i].Name, n, width > 0), current)
	}
	b.WriteString(rule)
	tableLine(&b, s, &s.Total, label(s.Total.Method, s.Total.Name, n, width > 0), current)
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func tableLine(b *bytes.Buffer, s *Snapshot, r *Row, label string, current bool) {
	rps, fps := s.RPS(r), s.FPS(r)
	if current {
		rps, fps = r.RecentRPS, r.RecentFPS
	}
	share := 0.0
	if r.Count > 0 {
		share = 100 * float64(r.Failures) / float64(r.Count)
	}
	t := &r.Service
	fmt.Fprintf(b, "%s %7d %12s |%7s %7s %7s%7s | %7.2f %11.2f\n", label, r.Count, fmt.Sprintf("%d(%.2f%%)", r.Failures, share),
		formatMillis(t.Mean()), formatMillis(t.Min), formatMillis(t.Max), formatMillis(t.Quantile[0]), rps, fps)
}

// WritePercentiles writes Locust's table of response time percentiles and an empty line; width as in WriteTable.
// Rows without a timed request are left out.
func WritePercentiles(w io.Writer, s *Snapshot, width int) error {
	n := nameWidth(width, percentileOther, percentileName)
	rule := dashes(typeWidth, n, 8, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6)
	var b bytes.Buffer
	b.WriteString("Response time percentiles (approximated)\n")
	percentileLine(&b, label("Type", "Name", n, false), strings.Split(percentileColumns, ","), "# reqs")
	b.WriteString(rule)
	for i := range s.Rows {
		percentilesOf(&b, &s.Rows[i], n, width > 0)
	}
	b.WriteString(rule)
	percentilesOf(&b, &s.Total, n, width > 0)
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func percentilesOf(b *bytes.Buffer, r *Row, name int, cut bool) {
	if r.Service.Count == 0 {
		return
	}
	var cells []string
	for _, q := range r.Service.Quantile {
		cells = append(cells, formatMillis(q))
	}
	percentileLine(b, label(r.Method, r.Name, name, cut), cells, fmt.Sprint(r.Count))
}

func percentileLine(b *bytes.Buffer, label string, cells []string, count string) {
	fmt.Fprintf(b, "%s %8s", label, cells[0])
	for _, c := range cells[1:] {
		fmt.Fprintf(b, " %6s", c)
	}
	fmt.Fprintf(b, " %6s\n", count)
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
	var b bytes.Buffer
	fmt.Fprintf(&b, "Error report\n%-18s %-100s\n%s", "# occurrences", "Error", rule)
	for i := range s.Failures {
		f := &s.Failures[i]
		name := strings.TrimSpace(f.Method + " " + f.Name)
		fmt.Fprintf(&b, "%-18d %s\n", f.Count, pad(oneLine(name+": "+failureMessage(f.Text)), 100))
	}
	b.WriteString(rule + "\n")
	_, err := w.Write(b.Bytes())
	return err
}

// nameWidth is what a terminal leaves for the name beside the other columns, at most the usual.
func nameWidth(terminal, other, usual int) int {
	if terminal <= 0 {
		return usual
	}
	return min(max(terminal-other, minName), usual)
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
