package live

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
	"katydid/web"
)

// marathon is a test with 20 names whose snapshots cost little to make.
type marathon struct {
	names     []stats.Key
	hist, all *hdrhistogram.PackedHistogram
	frame     Frame
}

func newMarathon() *marathon {
	m := &marathon{hist: histogramOf(12, 2, 2000), all: histogramOf(240, 2, 2000)}
	for i := range 20 {
		m.names = append(m.names, stats.Key{Method: "GET", Name: fmt.Sprintf("/endpoint/%02d/[id]", i)})
	}
	m.frame = Frame{Run: 1, State: Running, Users: 100, Open: true, CPU: 0.3, Health: stats.Health{StealShare: -1}}
	return m
}

// second is the frame of so many seconds after the start.
func (m *marathon) second(n int) *Frame {
	at := t0.Add(time.Duration(n) * time.Second)
	s := &stats.Snapshot{Start: t0, At: at, Users: 100, Rows: make([]stats.Row, len(m.names)), Total: stats.Row{Key: stats.Key{Name: "Aggregated"}}}
	s.Interval = &stats.Interval{Start: at.Add(-time.Second), End: at, Total: m.all, Response: m.all, Rows: make([]stats.IntervalRow, len(m.names))}
	for i, k := range m.names {
		s.Rows[i] = stats.Row{Key: k, Count: int64(40 * n), Failures: int64(n), RecentRPS: 40, Service: stats.Times{Count: int64(40 * n)}}
		s.Interval.Rows[i] = stats.IntervalRow{Key: k, Times: m.hist, Response: m.hist}
	}
	s.Total.Count, s.Total.Failures = int64(40*n*len(m.names)), int64(n*len(m.names))
	f := m.frame
	f.Snapshot, f.Elapsed, f.Planned, f.Started = s, s.At.Sub(s.Start), int64(40*n), int64(40*n)
	return &f
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// After 12 hours there is as much in memory as after two, and a page that is opened then gets not more.
func TestTwelveHours(t *testing.T) {
	const hours, limit = 12, 30 << 20
	f := newFake()
	s := started(t, f, Options{})
	m := newMarathon()
	before := heap()
	var used [hours + 1]int64
	begin := time.Now()
	for n := 1; n <= hours*3600; n++ {
		s.Show(m.second(n))
		if n%3600 == 0 {
			used[n/3600] = heap() - before
		}
	}
	each := time.Since(begin) / (hours * 3600)
	if most := slices.Max(used[:]); most > limit {
		t.Errorf("it took up to %d bytes", most)
	}
	if late := slices.Max(used[6:]); late > used[2]+used[2]/2 {
		t.Errorf("memory grows: %d bytes after two hours, later up to %d", used[2], late)
	}
	h := follow(t, s)
	_, hello := h.next(t)
	var got Hello
	unmarshal(t, hello, &got)
	if c := got.Course; sum(c.Requests) != 40*20*hours*3600 || sum(c.Widths) != hours*3_600_000 || len(c.Widths) > c.Most || len(hello) > 600_000 {
		t.Errorf("hello has %d bytes; %d requests in %d ms", len(hello), sum(c.Requests), sum(c.Widths))
	}
	one := get(t, s, "/history?method=GET&name=/endpoint/07/[id]")
	var c web.Course
	unmarshal(t, one.body, &c)
	if sum(c.Requests) != 40*hours*3600 || sum(c.Failures) != hours*3600 || sum(c.Widths) != hours*3_600_000 || len(c.Widths) > rowPoints || len(one.body) > 200_000 {
		t.Errorf("the course has %d bytes; %d requests", len(one.body), sum(c.Requests))
	}
	s.Show(m.second(hours*3600 + 1))
	_, tick := h.next(t)
	if len(tick) > 40_000 {
		t.Errorf("a tick has %d bytes", len(tick))
	}
	t.Logf("a frame without watchers takes %s; %d bytes at most; hello has %d bytes, a name's course %d, a tick %d",
		each, slices.Max(used[:]), len(hello), len(one.body), len(tick))
}

// What a tick costs with all who take it: it is made once.
func BenchmarkTick(b *testing.B) {
	m := newMarathon()
	for _, watchers := range []int{0, 1, 20} {
		b.Run(fmt.Sprintf("%d watchers", watchers), func(b *testing.B) {
			board := newBoard(newFake(), nil, 100)
			board.show(m.second(1))
			all := make([]*watcher, watchers)
			for i := range all {
				all[i] = board.watch()
				<-all[i].queue
			}
			n := 1
			for b.Loop() {
				n++
				board.show(m.second(n))
				for _, w := range all {
					(<-w.queue).get()
				}
			}
		})
	}
}
