package stats

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Collect counts everything recorded before the call and returns the state of the run at now; users is passed on.
// Called by one goroutine, about once a second and once at the end. Requests go on meanwhile.
func (r *Recorder) Collect(now time.Time, users int) *Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drainAll()
	s := r.state.snapshot(now)
	s.Users = users
	s.Exceptions = r.exceptions.list()
	return s
}

// Reset forgets everything recorded before the call and lets the run begin at now. Rows stay, with zeros, as Locust's
// do; failures and exceptions go.
func (r *Recorder) Reset(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drainAll()
	r.state.reset(now)
	r.exceptions.reset()
}

// Begin lets the run begin at now: rates are from then on. What was recorded before, as by a setup, stays.
func (r *Recorder) Begin(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.start, r.state.last = now, now
}

// HistogramFunc gets the times of a row in microseconds; nil for none.
type HistogramFunc func(k Key, service, response *hdrhistogram.PackedHistogram)

// Histograms calls fn with the times of every row since the start, as of the last Collect, in microseconds; nil where
// a row has none. They are here so that a
// run can be stored and merged with others without loss; what else belongs to a row is in the snapshot, exactly. fn must
// not keep them.
func (r *Recorder) Histograms(fn HistogramFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, row := range r.state.sorted {
		fn(row.key, row.service.all.counts.histogram(), row.response.all.counts.histogram())
	}
}

func (r *Recorder) drainAll() {
	for i := range r.shards {
		r.drain(&r.shards[i])
	}
}

// snapshot closes the current interval and describes the run at now.
func (s *state) snapshot(now time.Time) *Snapshot {
	s.sort()
	s.addUp()
	out := &Snapshot{Start: s.start, At: now, Folded: s.folded}
	if s.opts.IntervalLog {
		out.Interval = s.interval(now)
	}
	if s.total.n > 0 {
		out.LastDone = s.epoch.Add(s.done)
	}
	second, first := s.second(now.Sub(s.epoch)), s.start.Unix()
	out.Rows = make([]Row, len(s.sorted))
	for i, row := range s.sorted {
		out.Rows[i] = row.publish(second, first)
	}
	out.Total = s.total.publish(second, first)
	out.StartLag, out.WakeLag = s.startLag.times(), s.wakeLag.times()
	out.Waited = s.waited
	if s.startLag.n == 0 {
		out.WakeLag = out.Total.Lag
	}
	out.Failures = s.failureRows()
	s.last = now
	return out
}

// addUp gives the total what is pending in the rows. So a sample is put into one histogram, not into two.
func (s *state) addUp() {
	s.total.service.pending.gather(s.dense, s.sorted, func(r *rowState) *durations { return &r.service.pending })
	s.total.response.pending.gather(s.dense, s.sorted, func(r *rowState) *durations { return &r.response.pending })
	s.total.lag.pending.gather(s.dense, s.sorted, func(r *rowState) *durations { return &r.lag.pending })
}

func (s *state) failureRows() []Failure {
	out := make([]Failure, 0, len(s.byHash))
	for _, f := range s.byHash {
		if f.n > 0 {
			out = append(out, Failure{
				Key: f.row.key, Text: f.text, Count: f.n,
				First: s.epoch.Add(f.first), Last: s.epoch.Add(f.last),
			})
		}
	}
	return out
}

// failureHash is the order of the failures file. Locust keeps failures by the SHA-256 of method, name and the repr of
// the error, which is a text already, so that the repr of a repr is hashed.
func failureHash(k Key, text string) string {
	sum := sha256.Sum256([]byte(k.Method + "." + k.Name + "." + Repr(text)))
	return hex.EncodeToString(sum[:])
}
