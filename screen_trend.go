package main

import (
	"math"
	"strings"
	"time"

	"katydid/stats"
)

// trendSeconds is how far the view looks back.
const trendSeconds = 60

// trend is the course of the last seconds, for the view. One goroutine at a time may use it.
type trend struct {
	start time.Time // of the statistics: they may be reset
	at    time.Time // of the last snapshot
	all   course
	names map[stats.Key]*course
}

// course is the values of each second, the oldest first, trendSeconds at the most; NaN for a second without any.
type course struct {
	count     int64     // requests up to the last second
	rate, p95 []float64 // requests per second; service times in milliseconds
}

// add takes what happened since the snapshot before.
func (t *trend) add(s *stats.Snapshot) {
	if !s.Start.Equal(t.start) {
		*t = trend{start: s.Start, at: s.Start, names: map[stats.Key]*course{}}
	}
	seconds := s.At.Sub(t.at).Seconds()
	if seconds <= 0 {
		return
	}
	t.at = s.At
	p95 := map[stats.Key]float64{}
	total := math.NaN()
	if iv := s.Interval; iv != nil {
		if iv.Total.TotalCount() > 0 {
			total = millisOf(iv.Total.ValueAtPercentile(95))
		}
		for _, row := range iv.Rows {
			p95[row.Key] = millisOf(row.Times.ValueAtPercentile(95))
		}
	}
	t.all.add(s.Total.Count, seconds, total)
	for i := range s.Rows {
		r := &s.Rows[i]
		c := t.names[r.Key]
		if c == nil {
			c = &course{}
			t.names[r.Key] = c
		}
		v, ok := p95[r.Key]
		if !ok {
			v = math.NaN()
		}
		c.add(r.Count, seconds, v)
	}
}

func millisOf(micros int64) float64 { return float64(micros) / 1000 }

func (c *course) add(count int64, seconds, p95 float64) {
	c.rate = pushed(c.rate, float64(count-c.count)/seconds)
	c.p95 = pushed(c.p95, p95)
	c.count = count
}

// pushed appends a value and drops what is too old.
func pushed(list []float64, v float64) []float64 {
	if len(list) == trendSeconds {
		copy(list, list[1:])
		list = list[:trendSeconds-1]
	}
	return append(list, v)
}

// known says that there is something to draw.
func (t *trend) known() bool { return t != nil && len(t.all.rate) > 0 }

// of is the course of a name; an empty one if nothing is known of it.
func (t *trend) of(k stats.Key) *course {
	if c := t.names[k]; c != nil {
		return c
	}
	return &course{}
}

// The steps of a sparkline, from nothing to the highest. Terminals that do not know Unicode get the other ones.
var (
	blocks = []rune("▁▂▃▄▅▆▇█")
	ascii  = []rune(".:-=+*#@")
)

// sparkline draws the last n values, in as many columns, on a scale from 0 to their highest. What is not a number is
// left blank.
func sparkline(values []float64, n int, steps []rune) string {
	values = values[max(len(values)-max(n, 0), 0):]
	most := highest(values)
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", max(n-len(values), 0)))
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteByte(' ')
		case most <= 0:
			b.WriteRune(steps[0])
		default:
			step := int(math.Ceil(v/most*float64(len(steps)))) - 1 // only 0 and what is next to it get the lowest
			b.WriteRune(steps[min(max(step, 0), len(steps)-1)])
		}
	}
	return b.String()
}

// highest is the largest of the values that are numbers; 0 if there is none.
func highest(values []float64) (most float64) {
	for _, v := range values {
		if v > most { // false for NaN
			most = v
		}
	}
	return most
}

// last is the latest value; false if there is none.
func last(values []float64) (v float64, ok bool) {
	if n := len(values); n > 0 && !math.IsNaN(values[n-1]) {
		return values[n-1], true
	}
	return 0, false
}

// isUTF8 says whether the locale of the environment is one of UTF-8; see setlocale(3) for the order of the variables.
func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}
