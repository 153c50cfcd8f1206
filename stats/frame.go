package stats

import (
	"encoding/binary"
	"iter"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Frame is all that a Recorder has counted since its start, for another process to add up with the frames of others, see
// Sum: nothing is lost by that. It is a document: its JSON is what processes exchange.
type Frame struct {
	Start      time.Time      `json:"start"`
	At         time.Time      `json:"at"`
	LastDone   time.Time      `json:"lastDone"`
	Users      int            `json:"users"`
	Folded     int64          `json:"folded,omitempty"`
	Waited     time.Duration  `json:"waited,omitempty"` // durations are in nanoseconds
	StartLag   Dist           `json:"startLag"`
	WakeLag    Dist           `json:"wakeLag"`
	Rows       []FrameRow     `json:"rows"`
	Failures   []Failure      `json:"failures,omitempty"`
	Exceptions []ExceptionRow `json:"exceptions,omitempty"`
}

// FrameRow is one row of the statistics.
type FrameRow struct {
	Key
	Count     int64        `json:"n"`
	Failed    int64        `json:"failed,omitempty"`
	Bytes     int64        `json:"bytes,omitempty"`
	Stamped   int64        `json:"stamped,omitempty"`
	Service   Dist         `json:"service"`
	Response  Dist         `json:"response"`
	Lag       Dist         `json:"lag"`
	Phases    []FramePhase `json:"phases"` // in the order of PhaseNames
	RecentRPS float64      `json:"rps,omitempty"`
	RecentFPS float64      `json:"fps,omitempty"`
}

// FramePhase is the times of a phase.
type FramePhase struct {
	Count   int64         `json:"n"`
	Sum     time.Duration `json:"sum,omitempty"`
	Max     time.Duration `json:"max,omitempty"`
	Buckets Buckets       `json:"b,omitempty"`
}

// Dist is a set of durations: what is known exactly, and the counts of a histogram.
type Dist struct {
	Count   int64         `json:"n"`
	Min     time.Duration `json:"min,omitempty"`
	Max     time.Duration `json:"max,omitempty"`
	Sum     time.Duration `json:"sum,omitempty"`
	Buckets Buckets       `json:"b,omitempty"`
}

// Buckets are the counts of a histogram that are not 0: for each the distance of its index from the one before, and the
// count, both as unsigned varints.
type Buckets []byte

func pack(counts iter.Seq2[int64, int64]) (b Buckets) {
	last := int64(-1)
	for index, n := range counts {
		b = binary.AppendUvarint(b, uint64(index-last))
		b = binary.AppendUvarint(b, uint64(n))
		last = index
	}
	return b
}

// each calls fn with the index and the count of each bucket in ascending order; false for what nobody has packed.
func (b Buckets) each(fn func(index, n int64)) bool {
	index := int64(-1)
	for len(b) > 0 {
		distance, used := binary.Uvarint(b)
		n, more := binary.Uvarint(b[max(used, 0):])
		if used <= 0 || more <= 0 || distance == 0 || distance > maxBuckets || n > 1<<62 {
			return false
		}
		if index += int64(distance); index >= maxBuckets {
			return false
		}
		fn(index, int64(n))
		b = b[used+more:]
	}
	return true
}

// maxBuckets is more buckets than any histogram of ours has.
const maxBuckets = 1 << 16

// Frame is what has been counted up to the last Collect, which gave s. It is called by the goroutine that collects.
func (r *Recorder) Frame(s *Snapshot) *Frame {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := &Frame{
		Start: s.Start, At: s.At, LastDone: s.LastDone, Users: s.Users, Folded: s.Folded, Waited: s.Waited,
		StartLag: r.state.startLag.dist(), WakeLag: r.state.wakeLag.dist(),
		Failures: s.Failures, Exceptions: s.Exceptions, Rows: make([]FrameRow, 0, len(r.state.sorted)),
	}
	for _, row := range r.state.sorted {
		f.Rows = append(f.Rows, row.frame())
	}
	return f
}

func (r *rowState) frame() FrameRow {
	f := FrameRow{
		Key: r.key, Count: r.row.Count, Failed: r.row.Failures, Bytes: r.row.Bytes, Stamped: r.row.Stamped,
		Service: r.service.all.dist(), Response: r.response.all.dist(), Lag: r.lag.all.dist(),
		RecentRPS: r.row.RecentRPS, RecentFPS: r.row.RecentFPS,
	}
	for i := range r.phases {
		p := &r.phases[i]
		f.Phases = append(f.Phases, FramePhase{p.n, p.sum, p.max, pack(p.buckets)})
	}
	return f
}

// Shift moves all moments by d: from this machine's clock to one that all share.
func (f *Frame) Shift(d time.Duration) {
	for _, t := range []*time.Time{&f.Start, &f.At, &f.LastDone} {
		shift(t, d)
	}
	failures := append([]Failure(nil), f.Failures...) // those of the snapshot stay as they are
	for i := range failures {
		shift(&failures[i].First, d)
		shift(&failures[i].Last, d)
	}
	exceptions := append([]ExceptionRow(nil), f.Exceptions...)
	for i := range exceptions {
		shift(&exceptions[i].At, d)
	}
	f.Failures, f.Exceptions = failures, exceptions
}

func shift(t *time.Time, d time.Duration) {
	if !t.IsZero() {
		*t = t.Add(d).UTC()
	}
}

func (t *tally) dist(b Buckets) Dist { return Dist{t.n, t.min, t.max, t.sum, b} }

func (t *total) dist() Dist { return t.tally.dist(pack(t.counts.buckets)) }

func (d *durations) dist() Dist { return distOf(&d.tally, d.h) }

// distOf is a set whose histogram has totalDigits, or is nil.
func distOf(t *tally, h *hdrhistogram.PackedHistogram) Dist {
	if h == nil || t.n == 0 {
		return Dist{}
	}
	return t.dist(pack(func(yield func(index, n int64) bool) {
		for value, n := range h.ForEachBucket {
			if !yield(bucketIndex(value), n) {
				return
			}
		}
	}))
}

// buckets are the counts that are not 0, by index.
func (l *ledger) buckets(yield func(index, n int64) bool) {
	for at := range l.pages {
		for slot := range pageBuckets {
			if n := l.pages[at].get(slot); n > 0 && !yield(l.pages[at].bucket(slot), n) {
				return
			}
		}
	}
}

// buckets are the counts that are not 0, by page and slot.
func (p *phase) buckets(yield func(index, n int64) bool) {
	for page, counts := range p.pages {
		if counts == nil {
			continue
		}
		for slot, n := range counts {
			if n > 0 && !yield(int64(page*phasePage+slot), n) {
				return
			}
		}
	}
}
