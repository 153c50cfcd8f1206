package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"katydid/stats"
)

// bothTrends is the width from which on both sparklines have room side by side.
const bothTrends = 120

// trendLines are the sparklines of the rate and of the 95th percentile of each second.
func trendLines(st status, width int) []styledLine {
	all := st.trend.all
	millis := func(v float64) string { return stats.FormatMillis(time.Duration(v * float64(time.Millisecond))) }
	if width < bothTrends {
		return []styledLine{st.trendLine("req/s ", all.rate, rate, width), st.trendLine("p95 ms", all.p95, millis, width)}
	}
	half := (width - 2) / 2
	left := st.trendLine("req/s ", all.rate, rate, half)
	left = append(left, span{strings.Repeat(" ", max(half-left.columns(), 0)+2), stylePlain})
	return []styledLine{append(left, st.trendLine("p95 ms", all.p95, millis, half)...)}
}

// trendTail is the room for the figures behind a sparkline, so that it stays where it is while they change.
const trendTail = len(" 12345678 most 12345678")

// trendLine is one sparkline with its latest and its highest value.
func (st *status) trendLine(label string, values []float64, text func(float64) string, width int) styledLine {
	n := min(width-len(label)-1-trendTail, trendSeconds)
	if n < 1 {
		return nil
	}
	now := "-"
	if v, ok := last(values); ok {
		now = text(v)
	}
	most := highest(values[max(len(values)-n, 0):])
	return styledLine{
		{label + " ", stylePlain}, {sparkline(values, n, st.steps()), styleGood}, {" " + now, styleBold}, {" most " + text(most), styleDim},
	}.whole(width)
}

// steps are the characters of sparklines.
func (st *status) steps() []rune {
	if st.ascii {
		return ascii
	}
	return blocks
}

// courses are the sparklines of the names, n columns each: the 95th percentile, and, if there is room, the rate.
type courses struct {
	st      status
	n       int // columns of each; 0 for none
	rateToo bool
}

// The columns of a name's sparkline.
const (
	leastCourse = 12
	mostCourse  = 30
)

// rowCourses fits them into the room that the table leaves.
func rowCourses(st status, room int) courses {
	c := courses{st: st}
	switch {
	case !st.trend.known() || room < leastCourse+1:
	case room >= 2*(leastCourse+1):
		c.n, c.rateToo = min(room/2-1, mostCourse), true
	default:
		c.n = room - 1
	}
	return c
}

func (c *courses) title() string {
	if c.n == 0 {
		return ""
	}
	title := " " + fitLeft(fmt.Sprintf("p95, %d s", c.n), c.n)
	if c.rateToo {
		title += " " + fitLeft(fmt.Sprintf("req/s, %d s", c.n), c.n)
	}
	return title
}

// cells are the sparklines of a row; total is the sum of all.
func (c *courses) cells(r *stats.Row, total bool) string {
	if c.n == 0 {
		return ""
	}
	of := &c.st.trend.all
	if !total {
		of = c.st.trend.of(r.Key)
	}
	cells := " " + sparkline(of.p95, c.n, c.st.steps())
	if c.rateToo {
		cells += " " + sparkline(of.rate, c.n, c.st.steps())
	}
	return cells
}

// generatorLine says how the generator fares, and how far that lets its figures be trusted so far.
func generatorLine(s *stats.Snapshot, g *generatorNow, width int) styledLine {
	l := styledLine{{"generator", stylePlain}}
	if g.verdict != "" {
		l = append(l, span{" " + string(g.verdict), verdictStyle(g.verdict)})
	}
	if g.cpu >= 0 {
		l = append(l, span{fmt.Sprintf("  cpu %.0f%%", 100*g.cpu), stylePlain})
	}
	lag := "n/a"
	if at := slices.Index(stats.Quantiles[:], 0.99); s.Total.Lag.Supported(at) {
		lag = stats.FormatMillis(s.Total.Lag.Quantile[at]) + " ms"
	}
	l = append(l, span{"  lag p99 " + lag, stylePlain}).whole(width)
	if len(g.reasons) > 0 && width-l.columns() >= 20 { // less says nothing
		l = append(l, span{"  " + stats.Printable(strings.Join(g.reasons, "; ")), verdictStyle(g.verdict)})
	}
	return l
}

func verdictStyle(v stats.Verdict) style {
	switch v {
	case stats.Valid:
		return styleGood
	case stats.Suspect:
		return styleBusy
	}
	return styleBad
}

// liveError is one cause of failed requests (method, name and message), or one kind of uncaught exception.
type liveError struct {
	count int64
	share string // of all requests; "" for an exception, which is of a task
	last  time.Time
	text  string
}

// errorLines are the causes that occurred last, in at most n lines; the most frequent first, which changes places less
// often than the latest first would. Of an exception only its first occurrence is known.
func errorLines(s *stats.Snapshot, n, width int) []styledLine {
	all := liveErrors(s)
	hidden := 0
	if len(all) > n && n >= 4 { // below, a line for their number would take the place of one of few
		n--
		hidden = len(all) - n
	}
	slices.SortStableFunc(all, func(a, b liveError) int { return b.last.Compare(a.last) })
	all = all[:min(len(all), max(n, 0))]
	slices.SortStableFunc(all, func(a, b liveError) int { return cmp.Compare(b.count, a.count) })
	counts, shares := 0, 0
	for _, e := range all {
		counts, shares = max(counts, len(fmt.Sprint(e.count))), max(shares, len(e.share))
	}
	var lines []styledLine
	for _, e := range all {
		figures := fitRight(fmt.Sprint(e.count), counts) + "x "
		if shares > 0 && width >= 60 {
			figures += fitRight(e.share, shares) + " "
		}
		lines = append(lines, styledLine{{figures, styleBad}, {stats.Printable(e.text), stylePlain}})
	}
	if hidden > 0 {
		lines = append(lines, styledLine{{fmt.Sprintf("... and %d more causes", hidden), styleDim}})
	}
	return lines
}

func liveErrors(s *stats.Snapshot) (all []liveError) {
	for i := range s.Failures {
		f := &s.Failures[i]
		share := fmt.Sprintf("%.2f%%", 100*float64(f.Count)/float64(max(s.Total.Count, 1)))
		all = append(all, liveError{f.Count, share, f.Last, strings.TrimSpace(f.Method+" "+f.Name) + ": " + f.Message()})
	}
	for _, e := range s.Exceptions {
		all = append(all, liveError{e.Count, "", e.At, "exception: " + e.Message})
	}
	return all
}
