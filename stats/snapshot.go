package stats

import (
	"math"
	"time"
)

// Quantiles are the percentiles that every row carries, as fractions, in the order of Times.Quantile.
// They are Locust's CSV columns 50% ... 100%.
var Quantiles = [...]float64{0.50, 0.66, 0.75, 0.80, 0.90, 0.95, 0.98, 0.99, 0.999, 0.9999, 1}

// Times summarises a distribution of durations. The zero value is an empty distribution.
type Times struct {
	Count    int64 // how many durations were recorded
	Min, Max time.Duration
	Sum      time.Duration                 // exact, not from buckets
	Quantile [len(Quantiles)]time.Duration // value at Quantiles[i], within 0.1 %, never outside [Min, Max]
	// Low and High are the limits of a 95 % confidence interval of Quantile, see confidence. They say how far the
	// figure may be off by the chance of which requests were sent, if those are independent of each other.
	Low, High [len(Quantiles)]time.Duration
}

// Supported says whether there are enough samples to tell Quantiles[i]: the largest of Count samples lies beyond the true
// percentile with a probability of 95 %. That takes 59 samples for 95 %, 299 for 99 %, 2,995 for 99.9 %. The maximum is
// always what it is.
func (t *Times) Supported(i int) bool {
	return supported(Quantiles[i], t.Count)
}

func supported(q float64, n int64) bool {
	return q == 1 && n > 0 || 1-math.Pow(q, float64(n)) >= confidenceLevel
}

// Mean is the exact arithmetic mean; 0 when empty.
func (t *Times) Mean() time.Duration {
	if t.Count == 0 {
		return 0
	}
	return t.Sum / time.Duration(t.Count)
}

// PhaseTimes summarises one phase of those requests that had it, in whole microseconds.
type PhaseTimes struct {
	Count    int64
	Sum, Max time.Duration
	P50, P99 time.Duration // within 1.6 %
}

// Mean is the arithmetic mean; 0 when empty.
func (p PhaseTimes) Mean() time.Duration {
	if p.Count == 0 {
		return 0
	}
	return p.Sum / time.Duration(p.Count)
}

// Row is the state of one key, or of all keys together.
type Row struct {
	Key
	Count    int64 // all requests, failed and untimed ones included
	Failures int64
	Bytes    int64 // sum of Sample.Bytes

	Service  Times // Done - Sent of every timed request since the start
	Response Times // Done - Planned of those that had a plan
	// Lag is StartLag + WakeLag of the requests of which one of them is known: time that the generator itself added. The late
	// start is a part of Response; the late wake-up is a part of nothing.
	Lag     Times
	Stamped int64 // requests whose Done is the kernel's receive timestamp
	Phases  [phaseCount]PhaseTimes

	// RecentRPS and RecentFPS are requests and failures per second over the last ten whole seconds but two,
	// by the clock on the wall (Locust's window hangs on the last request and so freezes when the target stalls).
	RecentRPS, RecentFPS float64
	// RecentService covers the last ten seconds; filled only when Options.RecentTimes asks for it.
	RecentService Times
}

// Failure is one line of the failures file: equal method, name and text.
type Failure struct {
	Key
	Text        string
	Count       int64
	First, Last time.Time
}

// ExceptionRow is one line of the exceptions file.
type ExceptionRow struct {
	Exception // At is the first occurrence
	Count     int64
}

// Snapshot is the state of a run at one moment. It is immutable: any goroutine may read it, nobody may change it.
type Snapshot struct {
	Start time.Time // when the run (or the last reset) began
	At    time.Time // when the snapshot was taken
	// LastDone is the time of the latest finished request, zero before the first. Whole-run rates are counts divided
	// by LastDone - Start, for every row (Locust's rule).
	LastDone time.Time
	Users    int // live virtual users at At

	StartLag, WakeLag Times // the two parts of Total.Lag
	// Waited is how long the starts of Total.Response have waited for users, all together: what is neither service time
	// nor start lag.
	Waited time.Duration

	Rows       []Row          // sorted by (Name, Method) in code-point order
	Total      Row            // Key is {"", "Aggregated"}
	Failures   []Failure      // sorted as Locust sorts them, by failureHash
	Exceptions []ExceptionRow // in order of first occurrence

	// Folded counts the samples whose name did not fit under Options.MaxNames and were counted as "(other)".
	Folded int64

	// Interval is what was collected since the snapshot before; nil unless Options.IntervalLog asks for it.
	Interval *Interval
}

// Nothing is the state at the start of a run, before the first request.
func Nothing(start time.Time) *Snapshot {
	return &Snapshot{Start: start, At: start, Total: Row{Key: Key{Name: "Aggregated"}}}
}

// Elapsed is the denominator of whole-run rates, in seconds; 0 before the first request.
func (s *Snapshot) Elapsed() float64 {
	if s.LastDone.Before(s.Start) { // zero, or of a request before the run, see Recorder.Begin
		return 0
	}
	return s.LastDone.Sub(s.Start).Seconds()
}

// RPS is the whole-run rate of requests of one of the snapshot's rows, per second.
func (s *Snapshot) RPS(r *Row) float64 { return s.rate(r.Count) }

// FPS is the whole-run rate of failures of one of the snapshot's rows, per second.
func (s *Snapshot) FPS(r *Row) float64 { return s.rate(r.Failures) }

func (s *Snapshot) rate(n int64) float64 {
	d := s.Elapsed()
	if d <= 0 {
		return 0
	}
	return float64(n) / d
}
