package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fakePool lends workers that do nothing but take their time. Its log has, in
// whole milliseconds since the pool was made, what the worker of a place did:
// 100+2 is an iteration begun by that of place 2, 100-2 one completed, 100!2
// one that was interrupted; 100*3 says that 3 iterations were dropped, 100=4
// that there are no more than 4 users to have.
type fakePool struct {
	t     *testing.T
	begun time.Time
	build func(place int) time.Duration // what taking one takes; below 0 there is none to have
	serve func(n int64) time.Duration   // what iteration n takes

	mu      sync.Mutex
	log     []string
	lent    int
	most    int // of lent
	takes   int
	numbers []int64
	starts  []Start
	lags    []time.Duration
	took    time.Duration // of the whole run
}

type fakeWorker struct {
	pool  *fakePool
	place int
	busy  sync.Mutex
	stop  chan struct{} // with pool.mu; nil while it is not lent
	cut   bool
}

func (p *fakePool) note(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf("%d", time.Since(p.begun).Milliseconds())+fmt.Sprintf(format, args...))
}

func (p *fakePool) notes() Notes {
	return Notes{
		Dropped: func(n int64) { p.mu.Lock(); p.note("*%d", n); p.mu.Unlock() },
		Full:    func(users int) { p.mu.Lock(); p.note("=%d", users); p.mu.Unlock() },
	}
}

func (p *fakePool) Take(place int) Worker {
	if p.build != nil {
		d := p.build(place)
		if d < 0 {
			return nil
		}
		time.Sleep(d)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.takes++
	p.lent++
	p.most = max(p.most, p.lent)
	return &fakeWorker{pool: p, place: place, stop: make(chan struct{})}
}

func (p *fakePool) Put(w Worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lent--
	w.(*fakeWorker).stop = nil
}

func (w *fakeWorker) Interrupt() {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	if w.stop == nil {
		w.pool.t.Errorf("the worker of place %d was interrupted after it was put back", w.place)
	} else if !w.cut {
		w.cut = true
		close(w.stop)
	}
}

func (w *fakeWorker) Iterate(it Iteration) bool {
	p := w.pool
	if !w.busy.TryLock() {
		p.t.Errorf("the worker of place %d was used by two", w.place)
	}
	defer w.busy.Unlock()
	p.mu.Lock()
	p.note("+%d", w.place)
	p.numbers = append(p.numbers, it.Number)
	p.starts = append(p.starts, it.Start)
	p.lags = append(p.lags, it.Start.Lag(time.Now()))
	stop := w.stop
	p.mu.Unlock()
	timer := time.NewTimer(p.serve(it.Number))
	defer timer.Stop()
	ok, mark := true, "-"
	select {
	case <-timer.C:
	case <-stop:
		ok, mark = false, "!"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note("%s%d", mark, w.place)
	return ok
}

// each is what every iteration takes.
func each(d time.Duration) func(int64) time.Duration {
	return func(int64) time.Duration { return d }
}

// events is the log, sorted by time and place: what happens at the same moment happens in any order.
func (p *fakePool) events() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	type event struct {
		at   int
		rest string
	}
	var all []event
	for _, line := range p.log {
		var e event
		if _, err := fmt.Sscanf(line, "%d%s", &e.at, &e.rest); err != nil {
			p.t.Fatal(err)
		}
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b event) int {
		if a.at != b.at {
			return a.at - b.at
		}
		return strings.Compare(a.rest[1:], b.rest[1:])
	})
	var s []string
	for _, e := range all {
		s = append(s, fmt.Sprintf("%d%s", e.at, e.rest))
	}
	return strings.Join(s, " ")
}

// check says what must hold after every run.
func (p *fakePool) check(c Counts) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lent != 0 || c.Active != 0 {
		p.t.Errorf("%d workers were not put back, %d counted", p.lent, c.Active)
	}
	if c.Started != int64(len(p.numbers)) || c.Started != c.Completed+c.Interrupted {
		p.t.Errorf("%d iterations were begun, %+v", len(p.numbers), c)
	}
	slices.Sort(p.numbers)
	for i, n := range p.numbers {
		if n != int64(i) {
			p.t.Fatalf("the iterations have the numbers %v", p.numbers)
		}
	}
}

// inPool runs f with a pool in a bubble of fake time.
func inPool(t *testing.T, serve func(int64) time.Duration, f func(ctx context.Context, p *fakePool)) (p *fakePool) {
	t.Helper()
	p = &fakePool{t: t, serve: serve}
	synctest.Test(t, func(t *testing.T) {
		p.begun = time.Now()
		f(t.Context(), p)
	})
	return p
}

// sorted puts a log in the order of events.
func sorted(t *testing.T, log string) string {
	p := &fakePool{t: t, log: strings.Fields(log)}
	return p.events()
}
