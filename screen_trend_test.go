package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
)

var nan = math.NaN()

func TestSparkline(t *testing.T) {
	for _, test := range []struct {
		values []float64
		n      int
		steps  []rune
		want   string
	}{
		{nil, 3, blocks, "   "},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8}, 8, blocks, "▁▂▃▄▅▆▇█"},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8}, 8, ascii, ".:-=+*#@"},
		{[]float64{0, 0.01, 1}, 5, blocks, "  ▁▁█"},
		{[]float64{0, 0}, 2, blocks, "▁▁"},
		{[]float64{100, 1, nan, 2}, 3, blocks, "▄ █"}, // the scale is that of what is drawn
		{[]float64{nan}, 1, ascii, " "},
		{[]float64{5}, 0, blocks, ""},
		{[]float64{5}, -1, blocks, ""},
	} {
		if got := sparkline(test.values, test.n, test.steps); got != test.want {
			t.Errorf("%v in %d columns: %q, want %q", test.values, test.n, got, test.want)
		}
	}
}

func TestIsUTF8(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "C.UTF-8"}, true},
		{map[string]string{"LANG": "en_US.utf8"}, true},
		{map[string]string{"LANG": "C"}, false},
		{map[string]string{"LANG": "C", "LC_CTYPE": "UTF-8"}, true},
		{map[string]string{"LANG": "C.UTF-8", "LC_ALL": "POSIX"}, false},
		{map[string]string{"LANG": "C.UTF-8", "LC_ALL": ""}, true},
	} {
		if got := isUTF8(func(name string) string { return test.env[name] }); got != test.want {
			t.Errorf("%v: %v, want %v", test.env, got, test.want)
		}
	}
}

// at gives a snapshot its time in seconds after the start, and the times of the last second in milliseconds by name.
func at(s *stats.Snapshot, second float64, millis map[string][]int64) *stats.Snapshot {
	s.Start = time.Unix(1_000_000, 0)
	s.At = s.Start.Add(time.Duration(second * float64(time.Second)))
	fresh := func() *hdrhistogram.PackedHistogram {
		return hdrhistogram.NewPacked(1, int64(time.Hour/time.Microsecond), 3)
	}
	s.Interval = &stats.Interval{Start: s.At.Add(-time.Second), End: s.At, Total: fresh()}
	for i := range s.Rows {
		h := fresh()
		for _, ms := range millis[s.Rows[i].Name] {
			_ = h.RecordValue(1000 * ms)
			_ = s.Interval.Total.RecordValue(1000 * ms)
		}
		if h.TotalCount() > 0 {
			s.Interval.Rows = append(s.Interval.Rows, stats.IntervalRow{Key: s.Rows[i].Key, Times: h})
		}
	}
	return s
}

// tenSeconds is a trend in which the rate of / rises by a request a second and its 95th percentile is 10 ms but for one
// second of 80 ms; /b comes in the fifth second and has no requests after that.
func tenSeconds() (*trend, *stats.Snapshot) {
	tr := &trend{}
	var s *stats.Snapshot
	count := int64(0)
	for i := 1; i <= 10; i++ {
		count += int64(i)
		rows := []stats.Row{liveRow("GET", "/", count, 0, 9*time.Millisecond)}
		times := map[string][]int64{"/": slices.Repeat([]int64{10}, i)}
		if i == 7 {
			times["/"] = slices.Repeat([]int64{80}, i)
		}
		if i >= 5 {
			rows = append(rows, liveRow("GET", "/b", 4, 0, time.Millisecond))
			if i == 5 {
				times["/b"] = []int64{5, 5, 5, 5}
			}
		}
		s = at(liveSnapshot(rows...), float64(i), times)
		tr.add(s)
	}
	return tr, s
}

func TestTrend(t *testing.T) {
	tr, s := tenSeconds()
	round := func(list []float64) string {
		var b strings.Builder
		for _, v := range list {
			fmt.Fprintf(&b, "%.0f ", v)
		}
		return strings.TrimSpace(b.String())
	}
	for _, test := range []struct {
		what      string
		got, want string
	}{
		{"rate", round(tr.all.rate), "1 2 3 4 9 6 7 8 9 10"},
		{"p95", round(tr.all.p95), "10 10 10 10 10 10 80 10 10 10"},
		{"rate of /b", round(tr.of(stats.Key{Method: "GET", Name: "/b"}).rate), "4 0 0 0 0 0"},
		{"p95 of /b", round(tr.of(stats.Key{Method: "GET", Name: "/b"}).p95), "5 NaN NaN NaN NaN NaN"},
		{"rate of a name that is not known", round(tr.of(stats.Key{Name: "x"}).rate), ""},
	} {
		if test.got != test.want {
			t.Errorf("%s: %s, want %s", test.what, test.got, test.want)
		}
	}

	tr.add(s) // the same moment again says nothing
	if len(tr.all.rate) != 10 {
		t.Errorf("%d seconds", len(tr.all.rate))
	}
	for i := range 200 {
		tr.add(at(liveSnapshot(liveRow("GET", "/", int64(100+i), 0, 0)), float64(11+i), nil))
	}
	if n := len(tr.all.rate); n != trendSeconds || tr.all.rate[n-1] != 1 || !math.IsNaN(tr.all.p95[n-1]) {
		t.Errorf("%d seconds, the last with %v requests, p95 %v", n, tr.all.rate[n-1], tr.all.p95[n-1])
	}
	reset := at(liveSnapshot(liveRow("GET", "/", 6, 0, 0)), 3, nil)
	reset.Start = reset.At.Add(-2 * time.Second)
	if tr.add(reset); round(tr.all.rate) != "3" {
		t.Errorf("after a reset: %v", tr.all.rate)
	}
}

// What is drawn where there is room.
func TestLiveViewWithTrends(t *testing.T) {
	tr, s := tenSeconds()
	s.Total.Lag = stats.Times{Count: 1000}
	s.Total.Lag.Quantile[7] = 120 * time.Microsecond
	withFailures(s, 12)
	st := liveStatus
	st.trend, st.hint = tr, "? keys  w/s 1 user more/fewer  W/S 10  q stop"
	st.generator = &generatorNow{cpu: 0.42, verdict: stats.Suspect, reasons: []string{"it is\nslow", "it is far"}}
	wide, low, plain := st, st, st
	wide.generator = &generatorNow{cpu: -1}
	low.generator = nil
	plain.ascii = true
	for _, test := range []struct {
		name          string
		st            status
		width, height int
		want          string
	}{
		{"usual", st, 80, 24, `
-- scripts/scene_1.js on http://127.0.0.1:9000 ---------------------------------
running  00:12/01:00 [###########-----------------------------------------] 21%
users 19/20  5.9 req/s  failures 0.0/s (0.00%)  requests 59
req/s                                          ▁▂▃▄█▅▆▇██ 10.0 most 10.0
p95 ms                                         ▁▁▁▁▁▁█▁▁▁ 10 most 80
generator SUSPECT  cpu 42%  lag p99 0.12 ms  it is\nslow; it is far

name         reqs       fails  req/s   p50   p90   p95   p99 max ms p95, 12 s
GET /          55   0 (0.00%)    5.5  0.82  4.09   n/a   n/a      9   ▁▁▁▁▁▁█▁▁▁
GET /b          4   0 (0.00%)    0.4   n/a   n/a   n/a   n/a      1       █
Aggregated     59   0 (0.00%)    5.9  0.82  4.09  4.91   n/a      9   ▁▁▁▁▁▁█▁▁▁
3x 5.08% GET /f9: it's 9\n
2x 3.39% GET /f10: it's 10\n
1x 1.69% GET /f11: it's 11\n
? keys  w/s 1 user more/fewer  W/S 10  q stop`},
		{"wide and high", wide, 130, 40, `
-- scripts/scene_1.js on http://127.0.0.1:9000 -----------------------------------------------------------------------------------
running  00:12/01:00 [############------------------------------------------------] 21%
users 19/20  5.9 req/s  failures 0.0/s (0.00%)  requests 59
req/s                          ▁▂▃▄█▅▆▇██ 10.0 most 10.0          p95 ms                         ▁▁▁▁▁▁█▁▁▁ 10 most 80
generator  lag p99 0.12 ms

name         reqs       fails  req/s   p50   p90   p95   p99 max ms p95, 30 s                      req/s, 30 s
GET /          55   0 (0.00%)    5.5  0.82  4.09   n/a   n/a      9                     ▁▁▁▁▁▁█▁▁▁                     ▁▂▃▄▄▅▆▇██
GET /b          4   0 (0.00%)    0.4   n/a   n/a   n/a   n/a      1                         █                              █▁▁▁▁▁
Aggregated     59   0 (0.00%)    5.9  0.82  4.09  4.91   n/a      9                     ▁▁▁▁▁▁█▁▁▁                     ▁▂▃▄█▅▆▇██
7x 11.86% GET /f5: it's 5\n
6x 10.17% GET /f6: it's 6\n
5x  8.47% GET /f7: it's 7\n
4x  6.78% GET /f8: it's 8\n
3x  5.08% GET /f9: it's 9\n
2x  3.39% GET /f10: it's 10\n
1x  1.69% GET /f11: it's 11\n
... and 6 more causes
? keys  w/s 1 user more/fewer  W/S 10  q stop`},
		{"without Unicode, narrow, too low for the generator", plain, 50, 15, `
-- scripts/scene_1.js on http://127.0.0.1:9000 ---
running  00:12/01:00 [####------------------] 21%
users 19/20  5.9 req/s  failures 0.0/s (0.00%)
req/s            .:-=@+*#@@ 10.0 most 10.0
p95 ms           ......@... 10 most 80
name         reqs       fails  req/s   p50   p95
GET /          55   0 (0.00%)    5.5  0.82   n/a
GET /b          4   0 (0.00%)    0.4   n/a   n/a
Aggregated     59   0 (0.00%)    5.9  0.82  4.91
2x GET /f10: it's 10\n
1x GET /f11: it's 11\n`},
		{"too low for trends", low, 50, 13, `
-- scripts/scene_1.js on http://127.0.0.1:9000 ---
running  00:12/01:00 [####------------------] 21%
users 19/20  5.9 req/s  failures 0.0/s (0.00%)
name         reqs       fails  req/s   p50   p95
GET /          55   0 (0.00%)    5.5  0.82   n/a
GET /b          4   0 (0.00%)    0.4   n/a   n/a
Aggregated     59   0 (0.00%)    5.9  0.82  4.91
2x GET /f10: it's 10\n
1x GET /f11: it's 11\n`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(drawLive(s, test.st, test.width, test.height, false), "\n")
			if want := strings.TrimPrefix(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	for width := 1; width <= 220; width++ {
		for _, height := range []int{10, 13, 14, 16, 20, 24, 50} {
			for _, st := range []status{st, wide, plain} {
				lines := drawLive(s, st, width, height, false)
				checkFits(t, fmt.Sprintf("%dx%d", width, height), lines, width, height)
				coloured := plainText(strings.Join(drawLive(s, st, width, height, true), "\n"))
				if plain := strings.Join(lines, "\n"); coloured != plain {
					t.Fatalf("%dx%d: colours change the text:\n%s\n%s", width, height, coloured, plain)
				}
			}
		}
	}
}

// A shell that gets the terminal finds it tidy, and the view comes back below what was printed in between.
func TestLiveScreenPaused(t *testing.T) {
	l, v := newTestScreen(t, 80, 24)
	s := manyNames(3)
	view := drawLive(s, liveStatus, 80, 24, false)
	l.pause(true) // in the background from the start
	l.Show(s, liveStatus)
	say(t, l, "one\n")
	wantScreen(t, "in the background", v, []string{"one"}, nil)
	l.pause(false)
	wantScreen(t, "in the foreground", v, []string{"one"}, view)
	if !v.hidden {
		t.Error("the cursor is not hidden")
	}
	l.pause(true)
	l.pause(true)
	say(t, l, "two\n")
	l.Show(s, liveStatus)
	_, _ = v.Write([]byte("$ fg\n"))
	wantScreen(t, "stopped", v, []string{"one", "two", "$ fg"}, nil)
	if v.hidden {
		t.Error("the shell has no cursor")
	}
	l.pause(false)
	wantScreen(t, "continued", v, []string{"one", "two", "$ fg"}, view)
	l.pause(true)
	writes := v.writes
	if l.Close(); v.writes != writes {
		t.Error("a screen that is not ours was written to")
	}
}

// What the trends cost the collecting of a thousand names, and drawing them.
func BenchmarkTrendOfManyNames(b *testing.B) {
	s := manyNames(1000)
	times := map[string][]int64{}
	for i := range s.Rows {
		times[s.Rows[i].Name] = []int64{1, 2, 3, 5, 8, 13, 21, 34, 55, 89}
	}
	at(s, 0, times)
	tr := &trend{}
	for b.Loop() {
		s.At = s.At.Add(time.Second)
		tr.add(s)
	}
}
