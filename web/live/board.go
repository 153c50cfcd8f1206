package live

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
	"katydid/web"
)

// How much is kept of the course of a test: of all requests together web's usual number of points, and of so many names
// fewer. A point takes about a kilobyte, or two in an open run.
const (
	maxCourses = 100
	rowPoints  = 250
)

// recentIntervals are those over which "current" percentiles are taken, in seconds, as in Locust.
const recentIntervals = 10

// board is what is known of the test at the moment, how it came to that, and who watches. Any goroutine may use it.
type board struct {
	test        Test
	clean       func(string) string
	maxWatchers int

	mu       sync.Mutex
	frame    *Frame          // the latest; its snapshot is not nil
	counted  *stats.Snapshot // the latest whose interval is in the histories; nil for none
	planned  int64           // starts up to it, or up to passed; a reset does not forget them
	started  int64
	passed   *stats.Snapshot // the latest of Frame.Seconds; nil for none
	total    *web.History
	rows     map[stats.Key]*web.History
	recent   []*hdrhistogram.PackedHistogram // service times of the last intervals, the oldest first
	watchers map[*watcher]struct{}
	logged   int64     // number of the last line that the watchers have
	hello    *message  // what a new watcher gets; nil if that has to be made
	answer   *onceText // GET /stats/requests; nil likewise
	closed   bool
}

func newBoard(t Test, redact func(string) string, maxWatchers int) *board {
	if redact == nil {
		redact = func(text string) string { return text }
	}
	return &board{
		test: t, clean: redact, maxWatchers: maxWatchers,
		frame: &Frame{State: Ready, Snapshot: stats.Nothing(time.Time{}), CPU: -1, Health: stats.Health{StealShare: -1}},
		total: &web.History{}, rows: map[stats.Key]*web.History{}, watchers: map[*watcher]struct{}{},
	}
}

// show takes in a frame and passes it on to those who watch. What they get is made by them, when they take it.
func (b *board) show(f *Frame) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before, counted := b.frame, b.counted
	planned, started := b.planned, b.started
	anew := b.begin(f)
	if anew {
		counted = nil
	}
	interval := hasInterval(f.Snapshot, counted)
	if interval {
		b.count(f)
	}
	points := b.pass(f.Seconds)
	b.frame, b.hello, b.answer = f, nil, nil
	if len(b.watchers) == 0 {
		return
	}
	if anew {
		b.broadcast(b.greeting())
		return
	}
	lines := b.newLines()
	b.broadcast(newMessage("tick", func() any {
		t := newTicker(b.clean, f)
		t.since(before)
		if interval {
			t.point(counted)
			t.tick.Point.Planned, t.tick.Point.Started = f.Planned-planned, f.Started-started
		}
		t.tick.Points, t.tick.Log = points, lines
		return &t.tick
	}))
}

// pass adds seconds to the history of all requests together, and gives them as the page gets them.
func (b *board) pass(seconds []stats.CourseSecond) (points []Point) {
	for _, s := range seconds {
		before := b.passed
		if before == nil || !before.Start.Equal(s.Snapshot.Start) { // the first, or that of a reset
			before = &stats.Snapshot{}
		}
		p := totalPoint(s.Snapshot, before, s.CPU)
		p.Planned, p.Started = s.Planned-b.planned, s.Started-b.started
		points = append(points, *p)
		b.total.AddSecond(s)
		b.remember(s.Snapshot.Interval)
		b.passed, b.planned, b.started = s.Snapshot, s.Planned, s.Started
	}
	return points
}

// hasInterval says that there is one to be counted: not that of the frame before once more, nor a moment in which nothing
// happened.
func hasInterval(s, counted *stats.Snapshot) bool {
	iv := s.Interval
	return iv != nil && (counted == nil || !s.At.Equal(counted.At)) && (iv.End.After(iv.Start) || iv.Total.TotalCount() > 0)
}

// begin forgets the test before when another has begun, or its statistics when they were reset. It says whether it did.
func (b *board) begin(f *Frame) bool {
	switch {
	case f.Run != b.frame.Run:
		b.total, b.planned, b.started = &web.History{}, 0, 0
	case f.Snapshot.Start.Equal(b.frame.Snapshot.Start):
		return false
	}
	b.total.Begin(f.Snapshot.Start)
	b.counted, b.passed, b.recent = nil, nil, nil
	clear(b.rows)
	return true
}

// count adds the frame's interval to the histories.
func (b *board) count(f *Frame) {
	s := f.Snapshot
	at := 0
	for i := range s.Rows {
		r := &s.Rows[i]
		times := intervalOf(s.Interval, &at, r.Key)
		h := b.rows[r.Key]
		if h == nil && len(b.rows) < maxCourses {
			h = b.total.Row(s.Start, rowPoints)
			b.rows[r.Key] = h
		}
		if h != nil {
			h.AddRow(s, r, times)
		}
	}
	b.total.AddTotal(s, web.Load{CPU: f.CPU, Planned: f.Planned, Started: f.Started})
	b.remember(s.Interval)
	b.counted, b.planned, b.started = s, f.Planned, f.Started
}

// remember keeps the latest intervals.
func (b *board) remember(iv *stats.Interval) {
	if len(b.recent) == recentIntervals {
		b.recent = slices.Delete(b.recent, 0, 1)
	}
	b.recent = append(b.recent, iv.Total)
}

// intervalOf is the row's part of an interval, nil for none. at goes on from row to row, which are in the same order.
func intervalOf(iv *stats.Interval, at *int, k stats.Key) *stats.IntervalRow {
	for *at < len(iv.Rows) && compareKeys(iv.Rows[*at].Key, k) < 0 {
		*at++
	}
	if *at < len(iv.Rows) && iv.Rows[*at].Key == k {
		return &iv.Rows[*at]
	}
	return nil
}

// compareKeys is the order of Snapshot.Rows.
func compareKeys(a, b stats.Key) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Method, b.Method))
}

// now is the latest frame.
func (b *board) now() *Frame {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.frame
}

// course is that of one name as the page knows it; nil if it is not kept.
func (b *board) course(k stats.Key) *web.Course {
	b.mu.Lock()
	h := b.rows[k]
	if h == nil {
		for other, history := range b.rows {
			if other.Method == k.Method && b.clean(other.Name) == k.Name {
				h = history
			}
		}
	}
	if h != nil {
		h = h.Clone()
	}
	b.mu.Unlock()
	return h.Course()
}

// recentTimes are percentiles (as fractions) of the service times of the last ten seconds; 0 where there was no request.
func (b *board) recentTimes(quantiles ...float64) []time.Duration {
	b.mu.Lock()
	recent := slices.Clone(b.recent) // the histograms are immutable
	b.mu.Unlock()
	times := make([]time.Duration, len(quantiles))
	var sum *hdrhistogram.PackedHistogram
	for _, h := range recent {
		switch {
		case h == nil || h.TotalCount() == 0:
		case sum == nil:
			sum = h.Clone()
		default:
			sum.Merge(h)
		}
	}
	if sum == nil {
		return times
	}
	for i, q := range quantiles {
		times[i] = time.Duration(sum.ValueAtPercentile(100*q)) * time.Microsecond
	}
	return times
}
