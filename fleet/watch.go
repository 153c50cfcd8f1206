package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"katydid/stats"
)

// Watcher follows a run in the store and adds up what its shards have measured. One goroutine uses it.
type Watcher struct {
	store   *store
	run     run
	begun   begun
	roll    *roll        // nil until it is known who takes part
	start   *startRecord // nil until it is known when the load begins
	looker  bool         // takes no part, and so asks what was decided
	result  *Result      // of a looker: nil until it is decided
	silence time.Duration
	pace    float64

	shards []*follow // by index
	course stats.Course
	rows   map[int]segmentRows // by segment
}

// follow is a shard as the watcher knows it.
type follow struct {
	index   int
	segment int        // to be read next
	taken   int        // moments of it that are in the course
	last    *report    // nil until there is one
	base    *stats.Sum // at the end of the segment before
	users   int
	damaged error // of a report

	data    []byte    // of last, as it was stored
	number  int       // of the last sign of life
	changed time.Time // when it was seen, by this machine's clock
	dead    bool
	gone    bool // its users were taken out of the course
}

// Watch begins to follow a run that some shard has begun; it may be over.
func Watch(ctx context.Context, r Rendezvous, runID string) (*Watcher, error) {
	id, err := parseRun(runID)
	if err != nil {
		return nil, err
	}
	w := newWatcher(&store{r: r, clock: &clock{now: time.Now}}, id, Options{})
	if err := w.store.get(ctx, id.plan(), &w.begun); errors.Is(err, ErrAbsent) {
		return nil, noRun(r, id)
	} else if err != nil {
		return nil, err
	}
	if err := w.begun.check(); err != nil {
		return nil, fmt.Errorf("the plan of run %s is not one of katydid's: %w", id, err)
	}
	w.follow()
	w.looker = true
	return w, nil
}

func newWatcher(s *store, id run, o Options) *Watcher {
	o.setDefaults()
	return &Watcher{store: s, run: id, silence: o.Silence, pace: o.Pace, rows: map[int]segmentRows{}}
}

func (w *Watcher) follow() {
	for index := range w.begun.Shards {
		w.shards = append(w.shards, &follow{index: index, base: &stats.Sum{}})
	}
}

// Merge adds up what the shards of a run have measured so far. Anybody may do that at any time.
func Merge(ctx context.Context, r Rendezvous, runID string) (*Merged, error) {
	w, err := Watch(ctx, r, runID)
	if err != nil {
		return nil, err
	}
	return w.Refresh(ctx)
}

// Requests is what the watcher has asked of the store so far.
func (w *Watcher) Requests() Requests { return w.store.requests() }

// Refresh reads what is new and gives the state of the run. After an error, because the store could not be reached until
// ctx ended or for good, the next call goes on where this one stopped.
func (w *Watcher) Refresh(ctx context.Context) (*Merged, error) {
	if err := w.lookForStart(ctx); err != nil {
		return nil, err
	}
	if w.start == nil || w.start.Abort != "" {
		return w.merged()
	}
	err := w.lookForResult(ctx) // before the reports, which then are at least as new
	if err == nil {
		err = w.readAll(ctx)
	}
	w.judgeLives(err == nil)
	if err != nil {
		return nil, err
	}
	return w.merged()
}

func (w *Watcher) lookForStart(ctx context.Context) error {
	if w.roll == nil {
		var r roll
		switch err := w.store.get(ctx, w.run.roll(), &r); {
		case errors.Is(err, ErrAbsent):
			return nil
		case err != nil:
			return err
		}
		r.Members = slices.DeleteFunc(r.Members, func(index int) bool { return index < 0 || index >= len(w.shards) }) // whoever writes to the store
		w.roll = &r
	}
	if w.start == nil {
		var s startRecord
		switch err := w.store.get(ctx, w.run.start(), &s); {
		case errors.Is(err, ErrAbsent):
			return nil
		case err != nil:
			return err
		}
		w.start = &s
	}
	return nil
}

// lookForResult finds out what the shards have decided.
func (w *Watcher) lookForResult(ctx context.Context) error {
	if !w.looker || w.result != nil {
		return nil
	}
	var r Result
	err := w.store.get(ctx, w.run.result(), &r)
	switch {
	case errors.Is(err, ErrAbsent):
		return nil
	case err == nil:
		w.result = &r
	}
	return err
}

// readAll reads what the shards have stored since the last time, some of them at a time.
func (w *Watcher) readAll(ctx context.Context) error {
	var (
		all    sync.WaitGroup
		mu     sync.Mutex // guards what the goroutines add to
		failed error
		next   = make(chan *follow)
	)
	for range min(connections, len(w.roll.Members)) {
		all.Go(func() {
			for f := range next {
				if err := w.read(ctx, f, &mu); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for _, index := range w.roll.Members {
		next <- w.shards[index]
	}
	close(next)
	all.Wait()
	return failed
}

// read reads what a shard has stored since the last time.
func (w *Watcher) read(ctx context.Context, f *follow, mu *sync.Mutex) error {
	for {
		data, err := w.store.read(ctx, w.run.live(f.index, f.segment))
		if errors.Is(err, ErrAbsent) {
			return nil
		}
		if err != nil {
			return err
		}
		if bytes.Equal(data, f.data) { // nothing new, which is cheaper to see than to unpack
			return nil
		}
		r, err := unpack(data)
		if err == nil {
			err = r.check(f.segment, w.start.At)
		}
		var rows []stats.IntervalRow
		if err == nil && r.Full {
			rows, err = f.closeSegment(r)
		}
		mu.Lock()
		if err == nil {
			err = w.take(f, r, rows)
		}
		f.damaged, f.data = err, data
		mu.Unlock()
		if err != nil || !r.Full {
			return nil
		}
	}
}

// take adds what is new in a report; rows are the times of a segment that is over. Called with the goroutines' lock held.
func (w *Watcher) take(f *follow, r *report, rows []stats.IntervalRow) error {
	var failed error
	if f.gone { // it was taken for dead
		w.course.Gone(r.At, -f.users)
		f.gone = false
	}
	for i := f.taken; i < len(r.Moments); i++ {
		failed = errors.Join(failed, w.course.Add(&r.Moments[i]))
	}
	f.last, f.taken, f.users = r, len(r.Moments), r.Frame.Users
	if r.Full {
		if w.rows[r.Segment] == nil {
			w.rows[r.Segment] = segmentRows{}
		}
		w.rows[r.Segment].add(rows)
		f.segment, f.taken = r.Segment+1, 0
	}
	if failed != nil {
		return fmt.Errorf("shard %d: %w", f.index, failed)
	}
	return nil
}

// closeSegment gives the times of rows that the shard has measured in a segment which is over.
func (f *follow) closeSegment(r *report) ([]stats.IntervalRow, error) {
	sum := &stats.Sum{}
	if err := sum.Add(r.Frame); err != nil {
		return nil, err
	}
	rows := sum.Since(f.base)
	f.base = sum
	return rows, nil
}

// judgeLives decides who is dead: who has given no sign of life for a while in which the store could be asked all the
// time. So nobody is taken for dead because the store was away, and no clock has to be right. Whom the others have taken for
// dead is, unless it has come to its end all the same: what it has stored since counts.
func (w *Watcher) judgeLives(reached bool) {
	now := w.store.clock.now()
	for _, index := range w.roll.Members {
		f := w.shards[index]
		number := 0
		if f.last != nil {
			number = f.last.Number
		}
		switch {
		case f.changed.IsZero():
			// What was there before this watcher is judged by its time, if that leaves no doubt.
			f.changed = now.Add(min(0, 2*w.silence-w.age(f)))
		case !reached || number != f.number:
			f.changed = now
		}
		f.number = number
		f.dead = (now.Sub(f.changed) >= w.silence || w.result.lost(index)) && (f.last == nil || f.last.State != Ended)
		if f.dead && f.last != nil && !f.gone {
			w.course.Gone(f.last.At.Add(time.Second), f.users)
			f.gone = true
		}
	}
}

// age is how long a shard has been silent, by the store's clock.
func (w *Watcher) age(f *follow) time.Duration {
	since := w.start.At
	if f.last != nil {
		since = f.last.At
	}
	return w.store.clock.storeTime().Sub(since)
}

// over says that nobody will add anything: each member is at its end or dead.
func (w *Watcher) over() bool {
	for _, index := range w.roll.Members {
		if f := w.shards[index]; !f.dead && (f.last == nil || f.last.State != Ended) {
			return false
		}
	}
	return true
}
