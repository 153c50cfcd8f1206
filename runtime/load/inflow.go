package load

import (
	"context"
	"iter"
	"sync"
	"time"
)

// InflowPlan is a scenario whose iterations begin when a plan says so.
// docs/decisions/015-executors-of-k6.md has the plans of k6's executors.
type InflowPlan struct {
	Plan Plan
	// First users are there before the first arrival, Most is how many there may be; on all shards of Plan together.
	First, Most int
	// GracefulStop is how long iterations may go on after the end; then they are interrupted.
	GracefulStop time.Duration
	// Wait lets an arrival that finds no free user wait for one, so that no figure leaves out what a slow target held
	// up. Without it such an arrival is dropped, as k6 does.
	Wait bool
}

// Inflow drives an InflowPlan, by an Open. All methods but Run may be called
// from any goroutine.
type Inflow struct {
	crew
	plan   InflowPlan
	shard  Shard // of the users
	open   *Open
	full   sync.Once
	ending chan struct{} // closed when nothing arrives any more
	users  sync.WaitGroup
	places []*place // only of Run's goroutine
}

// readyLimit is how long the plan waits for its first users.
const readyLimit = 10 * time.Second

// NewInflow returns a driver for a plan.
func NewInflow(plan InflowPlan, workers Workers, notes Notes, pacer Pacer) *Inflow {
	plan.Most = max(plan.Most, plan.First)
	f := &Inflow{crew: crew{workers: workers, notes: notes}, plan: plan, ending: make(chan struct{})}
	f.shard = plan.Plan.Shard.among(plan.Most)
	f.open = NewOpen(plan.Plan, []Class{{Weight: 1}}, plan.Most, pacer, f.start, func() {})
	if plan.Wait {
		f.open.Reserve(plan.First, nil)
	} else {
		f.open.Reserve(plan.First, f.dropped)
	}
	return f
}

// Run lets iterations begin until the plan is at its end and all users have
// left. When ctx is done before that, all are interrupted at once. Run closes
// the pacer; it is called once.
func (f *Inflow) Run(ctx context.Context) {
	f.open.Warm(readyLimit)
	if ctx.Err() == nil {
		f.mu.Lock()
		f.began = time.Now()
		f.mu.Unlock()
		f.open.Begin(f.began)
	}
	f.open.Run(ctx)
	close(f.ending)
	f.leave(ctx)
	if t := f.open.Tally(time.Now()); ctx.Err() == nil {
		f.drop(t.Omitted)
	}
}

// leave waits until all users have left, and interrupts those who take too long.
func (f *Inflow) leave(ctx context.Context) {
	left := make(chan struct{})
	go func() {
		f.users.Wait()
		close(left)
	}()
	grace := time.NewTimer(time.Until(f.began.Add(f.plan.Plan.Shape.Length() + f.plan.GracefulStop)))
	defer grace.Stop()
	select {
	case <-left:
		return
	case <-ctx.Done():
	case <-grace.C:
	}
	f.mu.Lock()
	for _, p := range f.places {
		p.interrupt()
	}
	f.mu.Unlock()
	<-left
}

// start makes a user.
func (f *Inflow) start(int) {
	p := &place{number: len(f.places)}
	f.places = append(f.places, p)
	f.users.Go(func() { f.work(p) })
}

// work is the goroutine of a user.
func (f *Inflow) work(p *place) {
	seat := f.open.Seat(0)
	defer seat.Leave()
	if !f.lend(p) {
		return
	}
	defer f.giveBack(p)
	seat.Built()
	for {
		start, ok := f.next(seat)
		if !ok {
			return
		}
		own, _ := f.claim(noLimit)
		if !f.iterate(p.worker, Iteration{Number: f.shard.Number(own), Own: own, Start: start}) {
			return
		}
	}
}

// next waits for an arrival; false means that there will be none.
func (f *Inflow) next(seat *Seat) (Start, bool) {
	if s, ok := seat.Next(); ok {
		return s, true
	}
	select {
	case s := <-seat.C():
		return s, true
	case <-f.ending:
		return seat.Withdraw() // one that has come in this very moment is made
	}
}

func (f *Inflow) dropped(n int64, full bool) {
	f.drop(n)
	if full && f.notes.Full != nil {
		f.full.Do(func() { f.notes.Full(int(f.shard.Count(int64(f.plan.Most)))) })
	}
}

// Tally says what became of the plan.
func (f *Inflow) Tally(now time.Time) Tally { return f.open.Tally(now) }

// Level is the planned rate of this process at the time now, in starts per second.
func (f *Inflow) Level(now time.Time) float64 { return f.open.Level(now) }

// Progress is how much of the scenario's time is over, from 0 to 1.
func (f *Inflow) Progress(now time.Time) float64 { return f.share(now, f.plan.Plan.Shape.Length()) }

// Reserved is how many users the plan has at time t, if no arrival asks for more.
func (f *Inflow) Reserved(t time.Duration) int {
	if t < 0 || t >= f.plan.Plan.Shape.Length()+f.plan.GracefulStop {
		return 0
	}
	return int(f.shard.Count(int64(f.plan.First)))
}

// Rises are the times at which Reserved grows.
func (f *Inflow) Rises() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) { yield(0) }
}
