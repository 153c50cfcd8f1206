package stats

import (
	"cmp"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// state is everything that was counted. It is guarded by Recorder.mu.
type state struct {
	opts       Options
	epoch      time.Time     // zero of record.done
	epochNanos int64         // the same since 1970
	start      time.Time     // of the run, or the last reset
	last       time.Time     // of the last collect: the beginning of the current interval
	done       time.Duration // of the latest request, if total.n > 0
	folded     int64

	total *rowState
	// The two parts of the lag, of all rows together. Until there is a plan nothing starts late, and the lag is that of
	// the wake-ups: so long both stay empty.
	startLag, wakeLag durations
	waited            time.Duration   // see Snapshot.Waited
	rows              []*rowState     // by index in registry
	sorted            []*rowState     // those that have ever counted something, by (Name, Method) once inOrder
	failures          []*failureState // by index in registry
	byHash            []*failureState // the same by hash once inOrder
	inOrder           bool
	dense             *hdrhistogram.Histogram // empty between uses: adds up the rows of an interval
}

// failureState is one failure, counted since the start.
type failureState struct {
	row         *rowState
	text        string
	hash        string
	n           int64
	first, last time.Duration
}

func newState(start time.Time, o Options) *state {
	s := &state{opts: o, epoch: start, epochNanos: start.UnixNano(), start: start, last: start}
	s.total = newRowState(Key{Name: "Aggregated"}, Options{RecentTimes: o.RecentTimes})
	s.dense = hdrhistogram.New(1, highestMicros, totalDigits)
	return s
}

// grow makes room for the rows and failures that were met since.
func (s *state) grow(g *registry) {
	keys, failures := g.since(len(s.rows), len(s.failures))
	for _, k := range keys {
		s.rows = append(s.rows, newRowState(k, s.opts))
	}
	for _, f := range failures {
		row := s.rows[f.row]
		state := &failureState{row: row, text: f.text, hash: failureHash(row.key, f.text)}
		s.failures = append(s.failures, state)
		s.byHash = append(s.byHash, state)
		s.inOrder = false
	}
}

// fold counts parked samples.
func (s *state) fold(records []record) {
	for i := range records {
		rec := &records[i]
		row := s.rows[rec.row]
		if !row.seen {
			row.seen = true
			s.sorted = append(s.sorted, row)
			s.inOrder = false
		}
		if s.total.n == 0 || rec.done > s.done {
			s.done = rec.done
		}
		second := s.second(rec.done)
		s.total.count(rec, second)
		s.total.countPhases(rec)
		row.count(rec, second)
		row.countPhases(rec)
		s.splitLag(rec)
		row.measure(rec)
		if rec.failure >= 0 {
			s.failures[rec.failure].count(rec.done)
		}
	}
}

// splitLag counts the two parts of a record's lag. It is called before the record's row measures it.
func (s *state) splitLag(rec *record) {
	if rec.start < 0 && s.startLag.n == 0 {
		return
	}
	if s.startLag.n == 0 { // the first start of a plan: all lag so far was that of wake-ups
		s.wakeLag.merge(&durations{s.total.lag.all.tally, s.total.lag.all.counts.histogram()}, totalDigits)
		for _, row := range s.sorted {
			s.wakeLag.merge(&row.lag.pending, totalDigits)
		}
	}
	if rec.start >= 0 {
		s.startLag.add(rec.start, totalDigits)
		s.waited += max(rec.response-rec.service-rec.start, 0)
	}
	if rec.wake >= 0 {
		s.wakeLag.add(rec.wake, totalDigits)
	}
}

func (f *failureState) count(done time.Duration) {
	if f.n == 0 || done < f.first {
		f.first = done
	}
	if f.n == 0 || done > f.last {
		f.last = done
	}
	f.n++
}

// second is the unix second in which a record's moment falls.
func (s *state) second(d time.Duration) int64 { return (s.epochNanos + int64(d)) / int64(time.Second) }

func (s *state) sort() {
	if s.inOrder {
		return
	}
	slices.SortFunc(s.sorted, func(a, b *rowState) int {
		return cmp.Or(cmp.Compare(a.key.Name, b.key.Name), cmp.Compare(a.key.Method, b.key.Method))
	})
	slices.SortFunc(s.byHash, func(a, b *failureState) int { return cmp.Compare(a.hash, b.hash) })
	s.inOrder = true
}

func (s *state) reset(now time.Time) {
	s.start, s.last, s.folded, s.waited = now, now, 0, 0
	s.total.reset()
	s.startLag.reset()
	s.wakeLag.reset()
	for _, row := range s.rows {
		row.reset()
	}
	for _, f := range s.failures {
		f.n = 0
	}
}
