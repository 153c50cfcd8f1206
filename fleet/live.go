package fleet

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"katydid/metrics"
	"katydid/stats"
)

// Tick is what a shard knows once a second.
type Tick struct {
	Snapshot *stats.Snapshot       // with an interval, see stats.Options.IntervalLog
	Frame    func() *stats.Frame   // of the snapshot; called by Record if it is needed
	Metrics  func() *metrics.Frame // likewise; nil if there are none
	Health   stats.Health          // so far
	Usage    Usage                 // so far
	Planned  int64                 // starts of an open run
	Started  int64
	CPU      float64 // share of its processors that the generator took since the tick before; below 0 if not known
}

// live brings what is measured to the store.
type live struct {
	mu       sync.Mutex
	before   *stats.Snapshot
	started  int64 // at before
	planned  int64
	segments segments
	report   report // of the present segment
	due      time.Time
	waiting  []packed      // blobs to be stored, in the order of their segments, one for each
	more     chan struct{} // one place: there is something to store
	stored   chan struct{} // closed when nothing waits, and made anew
	lag      time.Duration // how long the store needed for the last one
	failing  bool          // it has been said that the store cannot be reached
}

// p99 is the place of the 99th percentile in stats.Quantiles.
const p99 = 7

type packed struct {
	segment int
	data    []byte
}

// Begin says that the load begins now; Record is to follow. Its goroutines end with Finish or Leave.
func (m *Member) Begin() {
	l := &m.live
	l.segments = newSegments(m.o.Pace)
	l.more, l.stored = make(chan struct{}, 1), make(chan struct{})
	l.report = report{Claim: m.me, State: Running, Began: m.o.Now().Add(m.start.Offset).UTC(), Offset: m.start.Offset, Bound: m.start.Bound}
	ctx, cancel := context.WithCancel(context.Background())
	m.stop = cancel
	m.loops.Go(func() { m.push(ctx) })
	m.guarding = make(chan struct{})
	guarded, unguard := context.WithCancel(ctx)
	m.unguard = unguard
	m.loops.Go(func() {
		defer close(m.guarding)
		m.guard(guarded)
	})
	m.loops.Go(func() {
		defer close(m.commands)
		m.listen(ctx)
	})
}

// Record takes in what is known now. It is called once a second by the goroutine that collects, and does not wait for the
// store.
func (m *Member) Record(t Tick) {
	l := &m.live
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(m, &t)
	since := t.Snapshot.At.Sub(m.start.At)
	if since >= l.segments.to && l.report.State == Running {
		m.pack(&t, true)
		for since >= l.segments.to {
			l.segments.next()
			l.report.Segment, l.report.Moments = l.segments.number, nil
			if since >= l.segments.to { // nothing was recorded in all of it
				m.pack(&t, true)
			}
		}
	} else if !m.o.Now().Before(l.due) {
		m.pack(&t, false)
	}
}

// add appends a moment to the segment.
func (l *live) add(m *Member, t *Tick) {
	moment := stats.MomentOf(l.before, t.Snapshot)
	moment.At = moment.At.Add(m.start.Offset).UTC()
	moment.Planned, moment.Started, moment.CPU = t.Planned-l.planned, t.Started-l.started, t.CPU
	l.before, l.planned, l.started = t.Snapshot, t.Planned, t.Started
	l.report.Moments = append(l.report.Moments, moment)
}

// slowest is how many bytes a second a shard stores at most in the long run: reports of scripts with many names are large,
// and the network is the load's.
const slowest = 100 << 10

// pack makes a blob of what is known and lets it be stored. Called with m.live.mu held.
func (m *Member) pack(t *Tick, full bool) {
	r := &m.live.report
	r.Full = full
	r.Frame = t.Frame()
	r.Frame.Shift(m.start.Offset)
	if t.Metrics != nil {
		r.Metrics = t.Metrics()
		r.Metrics.Shift(m.start.Offset)
	}
	r.Health, r.Usage = t.Health, t.Usage
	r.LagP99 = t.Snapshot.Total.Lag.Quantile[p99]
	r.Verdict, r.Reasons = stats.Judge(&t.Health, t.Snapshot)
	m.keep()
}

// keep lets the report be stored. Called with m.live.mu held.
func (m *Member) keep() {
	l := &m.live
	r := &l.report
	r.Number++
	r.At = m.o.Now().Add(m.start.Offset).UTC()
	data, err := r.pack()
	if err != nil { // cannot be, all of it can be marshalled
		m.logf(slog.LevelError, "internal error: what this shard has measured cannot be stored: %v", err)
		return
	}
	l.due = m.o.Now().Add(max(m.every(liveInterval)*9/10, time.Duration(len(data))*time.Second/slowest))
	l.put(packed{r.Segment, data})
}

// put lets a blob be stored instead of one of the same segment that waits.
func (l *live) put(p packed) {
	if n := len(l.waiting); n > 0 && l.waiting[n-1].segment == p.segment {
		l.waiting[n-1] = p
	} else {
		l.waiting = append(l.waiting, p)
	}
	select {
	case l.more <- struct{}{}:
	default:
	}
}

// push stores what waits, as long as it takes, until ctx ends.
func (m *Member) push(ctx context.Context) {
	l, refused := &m.live, ""
	for {
		p, ok := l.first()
		if !ok {
			select {
			case <-l.more:
				continue
			case <-ctx.Done():
				return
			}
		}
		began := time.Now()
		note := time.AfterFunc(m.o.Silence/3, func() { m.noteFailing(true) })
		err := m.store.put(ctx, m.run.live(m.me.Index, p.segment), p.data)
		note.Stop()
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			if text := err.Error(); text != refused { // once as long as it stays the same
				refused = text
				m.logf(slog.LevelWarn, "what this shard has measured cannot be stored and waits here: %s", text)
			}
			if sleep(ctx, m.every(liveInterval)) != nil { // it waits, and may be taken later
				return
			}
			continue
		}
		m.noteFailing(false)
		refused = ""
		l.done(p, time.Since(began))
	}
}

// noteFailing says once that the store is away, and once that it is back.
func (m *Member) noteFailing(failing bool) {
	l := &m.live
	l.mu.Lock()
	was := l.failing
	l.failing = failing
	l.mu.Unlock()
	switch {
	case failing && !was:
		m.logf(slog.LevelWarn, "%s cannot be reached: what is measured waits here; nothing is lost, but the others do not see it", m.store.r)
	case !failing && was:
		m.logf(slog.LevelInfo, "%s can be reached again; nothing is missing", m.store.r)
	}
}

func (l *live) first() (packed, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return packed{}, false
	}
	return l.waiting[0], true
}

// done takes out what was stored, unless something newer has taken its place.
func (l *live) done(p packed, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lag = took
	if first := l.waiting[0]; &first.data[0] == &p.data[0] {
		l.waiting = l.waiting[1:]
	}
	if len(l.waiting) == 0 {
		close(l.stored)
		l.stored = make(chan struct{})
	}
}

// flushed waits until nothing waits to be stored.
func (m *Member) flushed(ctx context.Context) error {
	l := &m.live
	for {
		l.mu.Lock()
		stored, n := l.stored, len(l.waiting)
		l.mu.Unlock()
		if n == 0 {
			return nil
		}
		select {
		case <-stored:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
