package live

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"katydid/stats"
)

// secondsOf are seconds as a fleet tells them: in each so many requests more.
func secondsOf(t *testing.T, counts ...int) (list []stats.CourseSecond) {
	t.Helper()
	rec := newRecorder(t0)
	var course stats.Course
	var before *stats.Snapshot
	for i, n := range counts {
		at := t0.Add(time.Duration(i) * time.Second)
		for range n {
			rec.Record(stats.Sample{Key: stats.Key{Method: "GET", Name: "/"}, Sent: at, Done: at.Add(time.Millisecond)})
		}
		s := rec.Collect(at.Add(time.Second/2), 4)
		m := stats.MomentOf(before, s)
		m.Planned, m.Started, m.CPU = 10, 9, 0.25
		if err := course.Add(&m); err != nil {
			t.Fatal(err)
		}
		before = s
	}
	course.Each(func(s stats.CourseSecond) { list = append(list, s) })
	return list
}

// The seconds of a test that others make come some at a time, and later than its figures.
func TestEventsOfShards(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{Redact: func(text string) string { return strings.ReplaceAll(text, "hunter2", "***") }})
	first := follow(t, s)
	if h := first.hello(t); len(h.Tick.Shards) != 0 {
		t.Errorf("a test of one process has shards: %+v", h.Tick.Shards)
	}
	seconds := secondsOf(t, 3, 5, 0, 7)
	shards := []Shard{
		{Index: 0, Host: "a", State: "running", Users: 2, Requests: 10, Failures: 1, LagP99: 1500 * time.Microsecond, CPU: 0.12345, Verdict: stats.Valid},
		{Index: 1, Host: "b hunter2", State: "dead", Missing: 0.5, Verdict: stats.Invalid, Why: "of hunter2"},
	}
	frame := func(count int64, of []Shard, now ...stats.CourseSecond) *Frame {
		snap := &stats.Snapshot{Start: t0, At: t0.Add(5 * time.Second), Total: stats.Row{Key: stats.Key{Name: "Aggregated"}, Count: count},
			Rows: []stats.Row{{Key: stats.Key{Method: "GET", Name: "/"}, Count: count}}}
		return &Frame{Run: 1, State: Running, Snapshot: snap, CPU: -1, Shards: of, Seconds: now}
	}
	s.Show(frame(9, shards, seconds[:2]...))
	h := first.hello(t)
	if h.Course == nil || !slices.Equal(h.Course.Requests, []int64{3, 5}) || !slices.Equal(h.Course.Widths, []int64{1000, 1000}) || h.Tick.Total.Count != 9 {
		t.Errorf("at the start: %+v", h)
	}
	want := []TickShard{
		{Index: 0, Host: "a", State: "running", Users: 2, Requests: 10, Failures: 1, LagP99: stats.Millis(1500 * time.Microsecond), CPU: 0.123, Verdict: "VALID"},
		{Index: 1, Host: "b ***", State: "dead", Missing: 0.5, Verdict: "INVALID", Why: "of ***"},
	}
	if !slices.Equal(h.Tick.Shards, want) {
		t.Errorf("shards: %+v\nwant %+v", h.Tick.Shards, want)
	}

	s.Show(frame(16, slices.Clone(shards), seconds[2:]...))
	tick := first.tick(t)
	if tick.Point != nil || len(tick.Points) != 2 || tick.Shards != nil || tick.Total.Count != 16 {
		t.Fatalf("later: %+v", tick)
	}
	p := tick.Points[1]
	if tick.Points[0].Requests != 0 || p.Requests != 7 || sum(p.Service.Counts) != 7 || p.Width != 1000 || p.Users != 4 || p.Planned != 10 || p.Started != 9 || *p.CPU != 0.25 {
		t.Errorf("points: %+v", tick.Points)
	}
	ended := slices.Clone(shards)
	ended[0].State = "ended"
	s.Show(frame(17, ended))
	if tick = first.tick(t); len(tick.Points) != 0 || len(tick.Shards) != 2 || tick.Shards[0].State != "ended" {
		t.Errorf("at the end: %+v", tick)
	}
	if h = follow(t, s).hello(t); !slices.Equal(h.Course.Requests, []int64{3, 5, 0, 7}) || h.Course.Planned[3] != 10 || len(h.Tick.Shards) != 2 {
		t.Errorf("who comes later gets %+v, course %+v", h.Tick, h.Course)
	}
	if got := get(t, s, "/history?method=GET&name=/"); got.status != http.StatusNotFound || !strings.Contains(got.body, "several processes") {
		t.Error(got)
	}
	if times := s.board.recentTimes(0.5); times[0] < 900*time.Microsecond || times[0] > 1100*time.Microsecond {
		t.Errorf("the median of the last seconds is %s", times[0])
	}
}
