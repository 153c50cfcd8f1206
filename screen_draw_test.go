package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"katydid/runtime/load"
	"katydid/stats"
)

// liveRow is a row whose percentiles rise from 1/11 of most to most.
func liveRow(method, name string, count, failures int64, most time.Duration) stats.Row {
	r := stats.Row{Key: stats.Key{Method: method, Name: name}, Count: count, Failures: failures,
		RecentRPS: float64(count) / 10, RecentFPS: float64(failures) / 10}
	r.Service = stats.Times{Count: count, Max: most}
	for i := range r.Service.Quantile {
		r.Service.Quantile[i] = most * time.Duration(i+1) / time.Duration(len(r.Service.Quantile))
	}
	return r
}

// liveSnapshot has the rows and their sum.
func liveSnapshot(rows ...stats.Row) *stats.Snapshot {
	s := &stats.Snapshot{Rows: rows, Total: stats.Row{Key: stats.Key{Name: "Aggregated"}}}
	for i := range rows {
		r := &rows[i]
		s.Total.Count += r.Count
		s.Total.Failures += r.Failures
		s.Total.RecentRPS += r.RecentRPS
		s.Total.RecentFPS += r.RecentFPS
		if r.Service.Max >= s.Total.Service.Max {
			s.Total.Service = r.Service
		}
	}
	s.Total.Service.Count = s.Total.Count
	return s
}

// withFailures adds n kinds of failures, the last the latest, and an exception that is older than all but the first.
func withFailures(s *stats.Snapshot, n int) *stats.Snapshot {
	at := time.Unix(1_000_000, 0)
	for i := range n {
		s.Failures = append(s.Failures, stats.Failure{Key: stats.Key{Method: "GET", Name: fmt.Sprintf("/f%d", i)},
			Text: stats.CatchResponseError(fmt.Sprintf("it's %d\n", i)), Count: int64(n - i), Last: at.Add(time.Duration(i) * time.Second)})
	}
	s.Exceptions = []stats.ExceptionRow{{Exception: stats.Exception{At: at.Add(time.Second / 2), Message: "TypeError: x"}, Count: 99}}
	return s
}

// manyNames are n rows; those whose number ends in 7 have the most requests.
func manyNames(n int) *stats.Snapshot {
	var rows []stats.Row
	for i := range n {
		count := int64(10)
		if i%10 == 7 {
			count = int64(1000 - i)
		}
		rows = append(rows, liveRow("GET", fmt.Sprintf("/name/%03d", i), count, 0, time.Second))
	}
	return liveSnapshot(rows...)
}

// nastyNames want to break the view.
func nastyNames() *stats.Snapshot {
	return withFailures(liveSnapshot(
		liveRow("GET", "\x1b[2J\r\n\u202e", 1, 1, time.Hour),
		liveRow("GET", strings.Repeat("宽", 90), 1<<62, 1<<61, 3*time.Microsecond),
		liveRow("宽宽宽宽宽宽", strings.Repeat("e\u0301", 90), 7, 0, 0),
		liveRow("PROPFIND-AND-MORE", "\xff\x9b31m👩‍🚀", 7, 0, 0),
	), 5)
}

var liveStatus = status{state: "running", users: 19, target: 20, elapsed: 12*time.Second + 900*time.Millisecond, runTime: time.Minute,
	script: "scripts/scene_1.js", host: "http://127.0.0.1:9000"}

func TestLiveViewAsDrawn(t *testing.T) {
	scene := liveSnapshot(liveRow("GET", "/", 1204, 0, 9*time.Millisecond), liveRow("POST", "/volatile", 96, 3, 5*time.Second))
	tests := []struct {
		name          string
		s             *stats.Snapshot
		width, height int
		want          string
	}{
		{"all of it", withFailures(scene, 4), 90, 24, `
-- scripts/scene_1.js on http://127.0.0.1:9000 -------------------------------------------
running  00:12/01:00 [############------------------------------------------------] 21%
users 19/20  130.0 req/s  failures 0.3/s (0.23%)  requests 1300

name             reqs       fails  req/s   p50   p90   p95   p99 max ms
GET  /           1204   0 (0.00%)  120.4  0.82  4.09  4.91  6.55      9
POST /volatile     96   3 (3.12%)    9.6   455  2273  2727   n/a   5000
Aggregated       1300   3 (0.23%)  130.0   455  2273  2727  3636   5000
99x       exception: TypeError: x
 4x 0.31% GET /f0: it's 0\n
 3x 0.23% GET /f1: it's 1\n
 2x 0.15% GET /f2: it's 2\n
 1x 0.08% GET /f3: it's 3\n`},
		{"some columns and rows", manyNames(1000), 60, 13, `
-- scripts/scene_1.js on http://127.0.0.1:9000 -------------
running  00:12/01:00 [######--------------------------] 21%
users 19/20  5880 req/s  failures 0.0/s (0.00%)
name            reqs       fails  req/s   p50   p95 max ms
GET /name/007    993   0 (0.00%)   99.3    91   545   1000
GET /name/017    983   0 (0.00%)   98.3    91   545   1000
GET /name/027    973   0 (0.00%)   97.3    91   545   1000
GET /name/037    963   0 (0.00%)   96.3    91   545   1000
... and 996 more names
Aggregated     58800   0 (0.00%)   5880    91   545   1000`},
		{"no requests", liveSnapshot(), 80, 20, `
-- scripts/scene_1.js on http://127.0.0.1:9000 ---------------------------------
running  00:12/01:00 [###########-----------------------------------------] 21%
users 19/20  0.0 req/s  failures 0.0/s (0%)  requests 0

name         reqs       fails  req/s   p50   p90   p95   p99 max ms
Aggregated      0      0 (0%)    0.0     -     -     -     -      -`},
		{"narrow", scene, 39, 24, "\nrunning 00:12/01:00 19/20 users"},
		{"low", scene, 120, 9, "\nrunning 00:12/01:00 19/20 users 130.0 req/s 0.23% failed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(drawLive(test.s, liveStatus, test.width, test.height, false), "\n")
			if want := strings.TrimPrefix(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestLiveViewFits tries every size: no line is too wide, the cursor has its line, and colours change nothing else.
func TestLiveViewFits(t *testing.T) {
	long := liveStatus
	long.script, long.host, long.state = strings.Repeat("宽/", 40), "http://"+strings.Repeat("h\x1b", 40), "sp\nawning"
	long.users, long.target, long.elapsed, long.runTime = 1e9, 1e9, 1e6*time.Hour, 1e6*time.Hour
	endless := liveStatus
	endless.runTime = 0
	for name, s := range map[string]*stats.Snapshot{
		"empty": liveSnapshot(), "none yet": {}, "many": withFailures(manyNames(70), 5), "nasty": nastyNames(), "failures only": withFailures(liveSnapshot(), 3),
	} {
		for _, st := range []status{liveStatus, long, endless, {}} {
			for width := 1; width <= 200; width++ {
				for _, height := range []int{1, 9, 10, 24} {
					lines := drawLive(s, st, width, height, false)
					where := fmt.Sprintf("%s, %q, %dx%d", name, st.state, width, height)
					checkFits(t, where, lines, width, height)
					if t.Failed() {
						t.Fatal(strings.Join(lines, "\n"))
					}
				}
				coloured := strings.Join(drawLive(s, st, width, 24, true), "\n")
				if plain := strings.Join(drawLive(s, st, width, 24, false), "\n"); plainText(coloured) != plain {
					t.Fatalf("%s at %d columns: colours change the text:\n%s\n%s", name, width, coloured, plain)
				}
			}
		}
	}
}

func TestLiveViewOfManyNamesFits(t *testing.T) {
	s := withFailures(manyNames(1000), 50)
	for width := 20; width <= 200; width++ {
		checkFits(t, fmt.Sprint(width), drawLive(s, liveStatus, width, 30, false), width, 30)
	}
}

func checkFits(t *testing.T, where string, lines []string, width, height int) {
	t.Helper()
	if len(lines) >= height {
		t.Errorf("%s: %d lines", where, len(lines))
	}
	if (width < liveWidth || height < liveHeight) && len(lines) > 1 {
		t.Errorf("%s: %d lines, want one", where, len(lines))
	}
	for _, l := range lines {
		if stats.Columns(l) > width || stats.Printable(l) != l || strings.HasSuffix(l, " ") {
			t.Errorf("%s: %d columns in %q", where, stats.Columns(l), l)
		}
	}
}

// TestLiveTableLinesUp: all lines of the table end in the same column, whatever the names are.
func TestLiveTableLinesUp(t *testing.T) {
	for width := liveWidth; width <= 200; width++ {
		lines := drawLive(nastyNames(), liveStatus, width, 24, false)
		table := lines[4:10]
		for _, l := range table {
			if stats.Columns(l) != stats.Columns(table[0]) {
				t.Fatalf("at %d columns %q has %d, the title %d", width, l, stats.Columns(l), stats.Columns(table[0]))
			}
		}
		if !strings.HasPrefix(table[5], "Aggregated") {
			t.Fatalf("the last line is %q", table[5])
		}
	}
}

func TestLiveTableKeepsTheMostRequested(t *testing.T) {
	lines := drawLive(manyNames(1000), liveStatus, 100, 24, false)
	var names []string
	for _, l := range lines[5:] {
		names = append(names, strings.Join(strings.Fields(l)[:2], " "))
	}
	want := []string{"GET /name/007", "GET /name/017", "GET /name/027", "GET /name/037", "GET /name/047", "GET /name/057", "GET /name/067",
		"GET /name/077", "GET /name/087", "GET /name/097", "GET /name/107", "GET /name/117", "... and", "Aggregated 58800"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q\nwant %q", names, want)
	}
	if !slices.Contains(lines, "... and 988 more names") {
		t.Errorf("the hidden names are not counted: %q", lines)
	}
}

func TestLiveErrors(t *testing.T) {
	got := drawLive(withFailures(liveSnapshot(), 1), liveStatus, 100, 24, false)[6:]
	if want := []string{"99x         exception: TypeError: x", ` 1x 100.00% GET /f0: it's 0\n`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "00:00", 0: "00:00", 59*time.Second + 999*time.Millisecond: "00:59", time.Hour - 1: "59:59",
		time.Hour: "1:00:00", 100*time.Hour + 61*time.Second: "100:01:01",
	} {
		if got := clock(d); got != want {
			t.Errorf("clock(%s) = %s, want %s", d, got, want)
		}
	}
}

func TestProgressBar(t *testing.T) {
	for _, test := range []struct {
		elapsed, runTime time.Duration
		width            int
		want             string
	}{
		{0, time.Minute, 40, "running  00:00/01:00 [------------] 0%"},
		{30 * time.Second, time.Minute, 40, "running  00:30/01:00 [######------] 50%"},
		{time.Minute - 1, time.Minute, 40, "running  00:59/01:00 [###########-] 99%"},
		{time.Minute, time.Minute, 40, "running  01:00/01:00 [############] 100%"},
		{2 * time.Minute, time.Minute, 40, "running  02:00/01:00 [############] 100%"},
		{-1, time.Minute, 40, "running  00:00/01:00 [------------] 0%"},
		{1000 * time.Hour, 2000 * time.Hour, 40, "running  1000:00:00/2000:00:00 50%"},
		{time.Hour, 0, 40, "running  1:00:00"},
	} {
		st := status{state: "running", elapsed: test.elapsed, runTime: test.runTime}
		if got := progressLine(st, test.width).text(test.width, false); got != test.want {
			t.Errorf("%s of %s: %q, want %q", test.elapsed, test.runTime, got, test.want)
		}
	}
}

func BenchmarkDrawLive(b *testing.B) {
	s := withFailures(manyNames(1000), 50)
	for b.Loop() {
		drawLive(s, liveStatus, 200, 60, true)
	}
}

// An open run shows what is planned and what waits, next to the users.
func TestLiveViewOfAnOpenRun(t *testing.T) {
	st := status{state: "running", users: 7, target: 50, open: true, starts: 120, tally: load.Tally{Planned: 1300, Started: 1280, Omitted: 5}}
	lines := drawLive(liveSnapshot(liveRow("GET", "/", 1204, 0, 9*time.Millisecond)), st, 100, 24, false)
	if want := "users 7/50  starts 120.0/s, 15 waiting  120.4 req/s"; !strings.HasPrefix(lines[2], want) {
		t.Errorf("%q\nwant %q", lines[2], want)
	}
}
