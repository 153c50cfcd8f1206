package web

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
)

// What a page has by name adds up to the summary by name, and to the course interval by interval.
func TestNamesAddUp(t *testing.T) {
	for _, tt := range []struct {
		seconds, names, rate int
		open                 bool
		each, wide           int
	}{
		{20, 3, 12, false, 1, 20},
		{130, 20, 40, false, 2, 65},
		{1005, 2, 4, true, 1, 503}, // the course has intervals of two seconds by then
	} {
		run := simulate(tt.seconds, tt.names, tt.rate, tt.open)
		c := embedded(t, written(t, run))
		d, points := c.Names, (len(c.Widths)+tt.each-1)/tt.each
		if d.Each != tt.each || points != tt.wide || len(d.Rows) != tt.names {
			t.Fatalf("%d s: %d points of %d intervals for %d names", tt.seconds, points, d.Each, len(d.Rows))
		}
		requests, failures, times := numbers(t, d.Requests), numbers(t, d.Failures), unpacked(t, d.Times, points*tt.names)
		if len(requests) != len(times) || len(failures) != len(times) {
			t.Fatalf("%d s: %d requests, %d failures, want %d", tt.seconds, len(requests), len(failures), len(times))
		}
		for i, row := range d.Rows {
			var n, failed int64
			var all counts
			for j := range points {
				n, failed = n+requests[i*points+j], failed+failures[i*points+j]
				all.merge(&times[i*points+j])
			}
			want := &run.Summary.Requests[row]
			if n != want.Count || failed != want.Failures {
				t.Errorf("%d s, %s: %d requests, %d failures, want %d and %d", tt.seconds, want.Name, n, failed, want.Count, want.Failures)
			}
			exact := figuresTimes(want.SummaryFigures)
			if got := shownPercentile(all, 0.5, d.PerOctave) * 1000; tt.seconds > 20 && (got/float64(*exact.P50) > 1.06 || float64(*exact.P50)/got > 1.06) {
				t.Errorf("%d s, %s: the median is %.0f ns, want %d", tt.seconds, want.Name, got, *exact.P50)
			}
		}
		for j := range points {
			var n, all int64
			for i := range d.Rows {
				n += requests[i*points+j]
			}
			for _, k := range c.Requests[j*tt.each : min((j+1)*tt.each, len(c.Requests))] {
				all += k
			}
			if n != all {
				t.Errorf("%d s: point %d has %d requests by name, %d in all", tt.seconds, j, n, all)
			}
		}
	}
}

// Of many names those with the most requests are shown, and memory is bounded.
func TestNamesAreBounded(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	rec := stats.NewRecorder(start, stats.Options{IntervalLog: true})
	h := &History{}
	var s *stats.Snapshot
	for second := range 200 {
		from := start.Add(time.Duration(second) * time.Second)
		for name := range 600 {
			if second%20 != 0 && name%5 != 0 || name > 3*second { // most names are rare, and come later
				continue
			}
			rec.Record(stats.Sample{Key: stats.Key{Method: "GET", Name: fmt.Sprintf("/%03d", name)}, Sent: from, Done: from.Add(time.Millisecond)})
		}
		s = rec.Collect(from.Add(time.Second), 1)
		h.Add(s, Load{CPU: -1})
		if n := &h.names; len(n.rows) > 2*keptNames || len(n.rows)*(h.slot()/n.each+1) > keptCells {
			t.Fatalf("after %d s %d names are kept, in intervals of %d s", second+1, len(n.rows), n.each)
		}
	}
	sum := stats.NewSummary(stats.RunInfo{}, s)
	d := h.namesData(sum, false)
	cells := len(numbers(t, d.Requests))
	if len(d.Rows) != shownNames || cells > shownCells || cells%shownNames != 0 {
		t.Errorf("%d names in %d cells", len(d.Rows), cells)
	}
	for i, row := range d.Rows {
		want := int64(0)
		for _, n := range numbers(t, d.Requests)[i*cells/shownNames : (i+1)*cells/shownNames] {
			want += n
		}
		if got := sum.Requests[row]; got.Count != want || got.Name[3] != '0' && got.Name[3] != '5' {
			t.Errorf("%s has %d requests, %d in the course", got.Name, got.Count, want)
		}
	}
}

func TestNamesForgetAtReset(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	rec := stats.NewRecorder(start, stats.Options{IntervalLog: true})
	h := &History{}
	record := func(at time.Time, n int, names ...string) {
		for range n {
			for _, name := range names {
				rec.Record(stats.Sample{Key: stats.Key{Method: "GET", Name: name}, Sent: at, Done: at.Add(time.Millisecond), Failure: "no"})
			}
		}
	}
	record(start, 5, "/a", "/b")
	h.Add(rec.Collect(start.Add(time.Second), 1), Load{CPU: -1})
	rec.Reset(start.Add(time.Second))
	record(start.Add(time.Second), 3, "/b", "/c")
	s := rec.Collect(start.Add(2*time.Second), 1)
	h.Add(s, Load{CPU: -1})
	d := h.namesData(stats.NewSummary(stats.RunInfo{}, s), false)
	if d == nil || !slices.Equal(numbers(t, d.Requests), []int64{3, 3}) || !slices.Equal(numbers(t, d.Failures), []int64{3, 3}) {
		t.Errorf("got %+v", d)
	}
}

// A histogram log knows of names, but not of their failures.
func TestNamesFromLog(t *testing.T) {
	h := &History{}
	start := time.Unix(1_000_000, 0)
	var sum stats.LogSum
	for second := range 4 {
		one := hdrhistogram.NewPacked(1, 3_600_000_000, 3)
		if err := one.RecordValues(1000, int64(second+1)); err != nil {
			t.Fatal(err)
		}
		iv := &stats.Interval{Start: start.Add(time.Duration(second) * time.Second), Total: hdrhistogram.NewPacked(1, 3_600_000_000, 3),
			Rows: []stats.IntervalRow{{Key: stats.Key{Method: "GET", Name: "/a"}, Times: one}, {Key: stats.Key{Method: "GET", Name: "/b"}, Times: one}}}
		iv.End = iv.Start.Add(time.Second)
		iv.Total.Merge(one)
		iv.Total.Merge(one)
		h.AddLogged(iv, nil)
		sum.Add(iv)
	}
	d := h.namesData(sum.Summary(start), false)
	if d.Failures != "" || !slices.Equal(numbers(t, d.Requests), []int64{1, 2, 3, 4, 1, 2, 3, 4}) {
		t.Errorf("got %+v", d)
	}
}
