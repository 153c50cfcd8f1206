package web

import (
	"fmt"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
)

// twoRows is a run of two names, of which one begins late; both and their sum have histories.
type twoRows struct {
	start time.Time
	total *History
	rows  map[string]*History
	most  int
}

// second adds second n after the start, which ends at that time plus more.
func (r *twoRows) second(n int, counts map[string]int64, more time.Duration) {
	at := r.start.Add(time.Duration(n)*time.Second + more)
	iv := &stats.Interval{Start: at.Add(-time.Second), End: at, Total: hdrhistogram.NewPacked(1, 3_600_000_000, 3)}
	s := &stats.Snapshot{Start: r.start, At: at, Interval: iv, Users: n}
	for _, name := range []string{"a", "b"} {
		count := counts[name]
		if count == 0 {
			continue
		}
		h := hdrhistogram.NewPacked(1, 3_600_000_000, 3)
		_ = h.RecordValue(1000)
		iv.Total.Merge(h)
		row := stats.Row{Key: stats.Key{Method: "GET", Name: name}, Count: count, Failures: count / 2}
		s.Total.Count += count
		if r.rows[name] == nil {
			r.rows[name] = r.total.Row(s.Start, r.most)
		}
		r.rows[name].AddRow(s, &row, &stats.IntervalRow{Key: row.Key, Times: h})
	}
	r.total.Add(s, Load{CPU: -1})
}

func TestRowsKeepStepWithTheTotal(t *testing.T) {
	for _, test := range []struct{ seconds, late, most int }{
		{5, 3, 10}, {20, 3, 10}, {21, 3, 10}, {40, 39, 10}, {41, 15, 10}, {1500, 1200, 250}, {3000, 1, 250}, {9, 9, 3},
	} {
		r := &twoRows{start: time.Unix(1_795_381_998, 0), total: &History{}, rows: map[string]*History{}, most: test.most}
		for n := 1; n <= test.seconds; n++ {
			counts := map[string]int64{"a": int64(4 * n)}
			if n >= test.late {
				counts["b"] = int64(10 * (n - test.late + 1))
			}
			r.second(n, counts, 0)
		}
		for name, want := range map[string]int64{"a": int64(4 * test.seconds), "b": int64(10 * (test.seconds - test.late + 1))} {
			c := r.rows[name].Course()
			var requests, failures, widths, timed int64
			for i := range c.Widths {
				requests, failures, widths = requests+c.Requests[i], failures+c.Failures[i], widths+c.Widths[i]
				if end := widths / 1000; name == "b" && end < int64(test.late) && c.Requests[i] != 0 {
					t.Errorf("%+v: %d requests of b until %d s", test, c.Requests[i], end)
				}
			}
			for _, h := range unpacked(t, c.Service, len(c.Widths)) {
				for _, n := range h.n {
					timed += int64(n)
				}
			}
			if requests != want || failures != want/2 || widths != int64(test.seconds)*1000 || len(c.Widths) > c.Most ||
				len(c.Widths) < min(test.seconds, test.most/2) || c.Most != test.most+test.most%2 {
				t.Errorf("%+v %s: %d requests, %d failures in %d ms, %d points of %d", test, name, requests, failures, widths, len(c.Widths), c.Most)
			}
			if first := map[string]int{"a": 1, "b": test.late}[name]; timed != int64(test.seconds-first+1) {
				t.Errorf("%+v %s: %d were timed", test, name, timed)
			}
		}
		if a, b := r.rows["a"].Course(), r.rows["b"].Course(); fmt.Sprint(a.Widths) != fmt.Sprint(b.Widths) && test.seconds < maxPoints {
			t.Errorf("%+v: the rows differ in their intervals: %v and %v", test, a.Widths, b.Widths)
		}
	}
}

func TestRowsBeginAnewAfterAReset(t *testing.T) {
	r := &twoRows{start: time.Unix(1_795_381_998, 0), total: &History{}, rows: map[string]*History{}, most: 10}
	r.second(1, map[string]int64{"a": 5}, 0)
	r.second(2, map[string]int64{"a": 9}, 0)
	r.start = r.start.Add(2 * time.Second)
	r.second(1, map[string]int64{"a": 3, "b": 2}, 0)
	for name, want := range map[string]string{"a": "[1000] [3]", "b": "[1000] [2]"} {
		if c := r.rows[name].Course(); fmt.Sprint(c.Widths, c.Requests) != want {
			t.Errorf("%s: %v %v, want %s", name, c.Widths, c.Requests, want)
		}
	}
}

func TestCloneStandsAlone(t *testing.T) {
	r := &twoRows{start: time.Unix(1_795_381_998, 0), total: &History{}, rows: map[string]*History{}, most: 4}
	for n := 1; n <= 4; n++ {
		r.second(n, map[string]int64{"a": int64(n)}, 0)
	}
	c := r.rows["a"].Clone()
	before := fmt.Sprint(*c.Course())
	for n := 5; n <= 9; n++ {
		r.second(n, map[string]int64{"a": int64(n)}, 0)
	}
	if after := fmt.Sprint(*c.Course()); after != before {
		t.Errorf("%s became %s", before, after)
	}
}
