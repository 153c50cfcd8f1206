package load

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Worker is a virtual user of a script, lent to a scenario.
type Worker interface {
	// Iterate runs one iteration to its end, also if the script throws; one
	// goroutine at a time calls it. False says that it was interrupted: such an
	// iteration is not completed.
	Iterate(it Iteration) bool
	// Interrupt ends the iteration that is under way, or else the next one, as
	// soon as possible. It is called from any goroutine, while the worker is
	// lent only, and returns at once.
	Interrupt()
}

// An Iteration is what a worker is to do.
type Iteration struct {
	Number int64 // in the scenario, from 0; on all shards together
	Own    int64 // the same among those of this process
	Start  Start // in the plan of an open run; zero for users who loop
}

// Workers is where scenarios borrow virtual users; they share them. Both
// methods are called from any goroutine.
type Workers interface {
	// Take lends one that is idle, or makes one, which may take its time. nil
	// says that there is none to have, because the run is over or it could not
	// be made; nobody asks again for the same place. Places are counted from 0
	// in the scenario.
	Take(place int) Worker
	// Put takes one back.
	Put(w Worker)
}

// Notes is told what happens in a scenario when it happens, from any
// goroutine. The functions return soon; nil ones are not called.
type Notes struct {
	// Dropped says that n iterations that were asked for are not made.
	Dropped func(n int64)
	// Full says, once, that an arrival found no free user and that there are as
	// many as there may be.
	Full func(users int)
}

// Counts is what became of the iterations of a scenario up to now.
type Counts struct {
	Active      int   // users that are lent
	Started     int64 // iterations begun; of its own the next one gets this number
	Completed   int64 // run to their end, also those that threw
	Interrupted int64
	Dropped     int64
}

// crew is what both drivers of a script's users are made of: the workers that
// the scenario has borrowed, and the count of what they do.
type crew struct {
	workers Workers
	notes   Notes

	handed, completed, interrupted, dropped, active atomic.Int64

	mu    sync.Mutex
	began time.Time // zero before
}

// place is where one worker of a crew stands. Only its goroutine changes worker, and with crew.mu held.
type place struct {
	number int
	worker Worker
	cut    bool // it is to be interrupted, also if it is being made yet
}

// Counts may be called from any goroutine.
func (c *crew) Counts() Counts {
	return Counts{
		Active: int(c.active.Load()), Started: c.handed.Load(), Completed: c.completed.Load(),
		Interrupted: c.interrupted.Load(), Dropped: c.dropped.Load(),
	}
}

// Began is when the scenario began: the zero time before that.
func (c *crew) Began() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.began
}

// lend borrows a worker for a place; false means that there is none to have.
func (c *crew) lend(p *place) bool {
	w := c.workers.Take(p.number)
	if w == nil {
		return false
	}
	c.active.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	p.worker = w
	if p.cut {
		w.Interrupt()
	}
	return true
}

func (c *crew) giveBack(p *place) {
	c.mu.Lock()
	w := p.worker
	p.worker, p.cut = nil, false // before anybody else may borrow it
	c.mu.Unlock()
	c.active.Add(-1)
	c.workers.Put(w)
}

// interrupt is called with mu held.
func (p *place) interrupt() {
	p.cut = true
	if p.worker != nil {
		p.worker.Interrupt()
	}
}

const noLimit = -1

// claim takes the number of the next iteration of this process, as long as it is below limit.
func (c *crew) claim(limit int64) (number int64, ok bool) {
	for {
		n := c.handed.Load()
		if limit != noLimit && n >= limit {
			return 0, false
		}
		if c.handed.CompareAndSwap(n, n+1) {
			return n, true
		}
	}
}

func (c *crew) iterate(w Worker, it Iteration) bool {
	ok := w.Iterate(it)
	if ok {
		c.completed.Add(1)
	} else {
		c.interrupted.Add(1)
	}
	return ok
}

func (c *crew) drop(n int64) {
	if n <= 0 {
		return
	}
	c.dropped.Add(n)
	if c.notes.Dropped != nil {
		c.notes.Dropped(n)
	}
}

// share is how much of a time is over, from 0 to 1.
func (c *crew) share(now time.Time, length time.Duration) float64 {
	began := c.Began()
	switch t := now.Sub(began); {
	case began.IsZero() || t <= 0:
		return 0
	case t >= length:
		return 1
	default:
		return float64(t) / float64(length)
	}
}
