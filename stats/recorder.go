package stats

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options bounds what a Recorder keeps. Zero values stand for the defaults.
type Options struct {
	MaxNames      int  // rows (default 1000); further names are counted in a row "(other)" of their method
	MaxFailures   int  // distinct failures (default 1000); further texts are counted as "(other)" of their row
	MaxExceptions int  // distinct tracebacks (default 500); further ones are counted as "(other)"
	RecentTimes   bool // fill Row.RecentService
	IntervalLog   bool // fill Snapshot.Interval
	Seconds       bool // count for Entries: 16 bytes for each second in which a name has requests
}

// Other is the name, failure text, message and traceback under which whatever exceeds a bound is counted.
const Other = "(other)"

// foldAt is how many samples wait in a shard before the goroutine that records the last of them folds them. It bounds
// memory between two collects, and keeps a shard within the processor's cache.
const foldAt = 8192

// Recorder counts samples. Record and Exception may be called from any goroutine at any time, also during and after a
// Collect; the other methods from one goroutine at a time.
//
// A sample is first parked in one of several shards, as a record without pointers, and counted later ("folded"): by
// Collect, or by the goroutine that fills a shard. So the histograms exist once, not once a shard.
type Recorder struct {
	epoch  time.Time // zero of all record times; never changes
	names  *registry
	shards []shard
	next   atomic.Uint32 // shard for the next token
	tokens sync.Pool     // *shard. A processor keeps getting its own one back, so its lock is uncontended

	exceptions exceptionTable

	mu    sync.Mutex // guards all below. Taken before a shard's lock, never after it
	state *state
	spare []record // an empty buffer for the next shard to be folded
}

// shard is where some of the goroutines park their samples.
type shard struct {
	mu     sync.Mutex
	buf    []record
	folded int64 // samples in buf that were put under Other for want of room
	rows   map[Key]int32
	texts  map[failureKey]int32
	_      [64]byte // its neighbour's lock is on another cache line
}

// record is a parked sample. No pointers: the garbage collector does not look at a shard's buffer.
type record struct {
	row, failure      int32         // indices in registry; failure is -1 for a success
	done              time.Duration // since Recorder.epoch
	service, response time.Duration // -1 if there is none
	start, wake       time.Duration // the two lags; -1 if not known
	bytes             int64
	phases            [phaseCount]uint32 // in microseconds; 0 for one that did not take place
}

// lag is what the generator added to the request; -1 if that is not known.
func (r *record) lag() time.Duration {
	if r.start < 0 {
		return r.wake
	}
	return r.start + max(r.wake, 0)
}

// NewRecorder returns a recorder whose run begins at start.
func NewRecorder(start time.Time, o Options) *Recorder {
	setDefault(&o.MaxNames, 1000)
	setDefault(&o.MaxFailures, 1000)
	setDefault(&o.MaxExceptions, 500)
	r := &Recorder{
		epoch:      start,
		names:      newRegistry(o.MaxNames, o.MaxFailures),
		exceptions: exceptionTable{max: o.MaxExceptions, index: map[string]int{}},
	}
	// Twice as many as processors: tokens are dealt out in turn after each garbage collection, and two processors
	// seldom get the same shard then.
	r.shards = make([]shard, 2*runtime.GOMAXPROCS(0))
	for i := range r.shards {
		r.shards[i].rows = map[Key]int32{}
		r.shards[i].texts = map[failureKey]int32{}
	}
	r.tokens.New = func() any { return &r.shards[int(r.next.Add(1))%len(r.shards)] }
	r.state = newState(start, o)
	return r
}

func setDefault(v *int, d int) {
	if *v <= 0 {
		*v = d
	}
}

// Record counts one finished request. It does not allocate once the shard knows the name and the failure text.
// A negative time (a clock was set back) counts as 0.
func (r *Recorder) Record(s Sample) {
	s.Method, s.Name, s.Failure = short(s.Method), short(s.Name), short(s.Failure)
	rec := record{failure: -1, done: s.Done.Sub(r.epoch), service: -1, response: -1, start: -1, wake: -1, bytes: s.Bytes}
	if !s.Untimed {
		rec.service = max(s.Done.Sub(s.Sent), 0)
		if !s.Planned.IsZero() {
			rec.response = max(s.Done.Sub(s.Planned), 0)
			rec.start = max(s.StartLag, -1)
		}
		if s.Stamped {
			rec.wake = max(s.WakeLag, 0)
		}
		rec.phases = s.Phases.micros()
	}
	sh := r.tokens.Get().(*shard)
	sh.mu.Lock()
	rec.row = sh.row(r.names, s.Key)
	if s.Failure != "" {
		rec.failure = sh.failure(r.names, failureKey{rec.row, s.Failure})
	}
	sh.buf = append(sh.buf, rec)
	n := len(sh.buf)
	sh.mu.Unlock()
	r.tokens.Put(sh)
	if n >= foldAt {
		r.foldFull(sh, n)
	}
}

// maxText is how many bytes of a name or failure text are kept: a server that is quoted in them, or a script, could make
// the files and this process as large as it likes.
const maxText = 1000

// short cuts a text that is too long, between two characters.
func short(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "..."
}

// foldFull folds a shard that has become full. While somebody else folds, recording goes on into the shard instead of
// waiting, up to a limit.
func (r *Recorder) foldFull(sh *shard, n int) {
	if n >= 4*foldAt {
		r.mu.Lock()
	} else if !r.mu.TryLock() {
		return
	}
	defer r.mu.Unlock()
	r.drain(sh)
}

// drain folds what is parked in the shard. Called with r.mu held.
func (r *Recorder) drain(sh *shard) {
	sh.mu.Lock()
	if len(sh.buf) == 0 {
		sh.mu.Unlock()
		return
	}
	full, folded := sh.buf, sh.folded
	sh.buf, sh.folded = r.spare[:0], 0
	sh.mu.Unlock()
	r.state.grow(r.names)
	r.state.folded += folded
	r.state.fold(full)
	if cap(full) > 4*foldAt {
		full = nil // grown while a fold was under way
	}
	r.spare = full
}

// row is the index of the row in which k is counted. Called with the shard's lock held.
func (sh *shard) row(names *registry, k Key) int32 {
	if id, ok := sh.rows[k]; ok {
		return id
	}
	id, own := names.row(k)
	if own == k {
		sh.rows[own] = id
	} else {
		sh.folded++ // and not remembered: there may be any number of such names
	}
	return id
}

// failure is the index under which a failure is counted. Called with the shard's lock held.
func (sh *shard) failure(names *registry, k failureKey) int32 {
	if id, ok := sh.texts[k]; ok {
		return id
	}
	id, own := names.failure(k)
	if own == k {
		sh.texts[own] = id
	}
	return id
}
