package main

import (
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
// least requested names first, then columns (see liveColumns); sparklines are only where the rest leaves room. Colour adds
// SGR sequences, which take no column.
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
