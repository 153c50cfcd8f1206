package load

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// Users is what Closed starts and stops; both methods are called from Run's
// goroutine only, one at a time, and should return soon.
type Users interface {
	// Start starts one user of the class.
	Start(class int)
	// Stop asks one running user of the class to stop and reports true; that
	// user's end must not be told to Ended. It reports false if there is none,
	// because all have ended by themselves: Ended was called, or will be.
	Stop(class int) bool
}

// Closed keeps the number of running users on the plan: a goal, approached
// with Locust's Ramp. A user that ends by itself is not replaced as long as
// the goal stays; a new goal counts the users that are left and starts from
// there, the classes of the lost ones first. All methods but Run may be called
// from any goroutine, also from within Users' methods and the callback.
type Closed struct {
	users    Users
	complete func(live int)
	wake     chan struct{}

	mu    sync.Mutex
	mix   *Mix
	ramp  Ramp
	start time.Time // of the ramp; zero until Run has seen it
	began time.Time // of the first ramp
	limit time.Duration
	dead  int   // users that ended by themselves since the last goal
	owed  []int // by class: calls of Ended to come for users already counted as stopped
	busy  bool  // the ramp is not complete

	// In a shard the mix is that of all shards: it has their users, too, and keeps those that ended by themselves.
	shard Shard
	gone  []int // by class: users of this shard that ended by themselves and are counted in the mix
	fill  []int // by class: of these, those that the present goal is to make good
}

// NewClosed returns a driver without a goal. complete, if not nil, is called
// from Run's goroutine each time a goal has been reached (Locust's
// spawning_complete), with the number of running users.
func NewClosed(mix *Mix, users Users, complete func(live int)) *Closed {
	return &Closed{
		mix: mix, users: users, complete: complete,
		wake: make(chan struct{}, 1),
		owed: make([]int, len(mix.classes)),
		gone: make([]int, len(mix.classes)),
	}
}

// Share makes this the driver of a shard: goals are those of all shards
// together, and the users here are those whose place in the mix the shard owns.
// Each shard plays through the whole plan, so all of them get the same goals in
// the same order. What ended by itself elsewhere it does not know: a new goal
// ramps as if nobody had, and each shard makes good its own losses at the
// beginning of a ramp that goes up and at the end of one that goes down. Call it
// before Run, or not.
func (c *Closed) Share(s Shard) { c.shard = s }

// shared says that other processes have users of the same mix.
func (c *Closed) shared() bool { return c.shard.of() > 1 }

// Goal sets the number of users to have, and the rate, in users per second, at
// which to get there. It replaces the goal before, reached or not; the ramp
// starts when Run sees it, at once if Run is running. only, if not empty,
// names the classes to start from now on; a goal without keeps those named
// before, as Locust does.
func (c *Closed) Goal(users int, rate float64, only ...string) error {
	if users < 0 {
		return fmt.Errorf("the number of users must not be negative, got %d", users)
	}
	if !(rate > 0) || math.IsInf(rate, 0) {
		return fmt.Errorf("the spawn rate must be a positive number, got %v", rate)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(only) > 0 {
		if err := c.mix.Restrict(only); err != nil {
			return err
		}
	}
	c.mix.Refill()
	c.fill = slices.Clone(c.gone)
	c.ramp = Ramp{From: c.mix.Running(), To: users, Rate: rate}
	c.start, c.dead, c.busy = time.Time{}, 0, true
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return nil
}

// Until says that no user is to be started d after the first ramp began, or
// later: one that is due at the very end of a run would be a matter of chance.
// Call it before Run; 0 is no limit.
func (c *Closed) Until(d time.Duration) { c.limit = d }

// Ended says that a user of the class ended by itself, not because of Stop.
func (c *Closed) Ended(class int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.owed[class] <= 0 && c.lose(class) {
		return
	}
	// This user is counted as stopped: Stop has found, or (owed is then below
	// 0) is about to find, that there is none left.
	c.owed[class]--
}

// Live is the number of users that were started here and neither ended nor were
// asked to stop.
func (c *Closed) Live() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.liveHere()
}

// Target is the number of users to have here, and whether it has been reached.
func (c *Closed) Target() (users int, reached bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.shard.Count(int64(c.ramp.To))), !c.busy
}

// Run drives the users until ctx is done. It does not stop the users that are
// still running then: how long they may take is the caller's business. Run is
// called once.
func (c *Closed) Run(ctx context.Context) {
	timer := time.NewTimer(math.MaxInt64)
	defer timer.Stop()
	for ctx.Err() == nil {
		do, wait := c.step(time.Now())
		if do != nil {
			do()
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-c.wake:
		case <-timer.C:
		}
	}
}

// step returns the next thing to do at the time now, or how long there is
// nothing to do. One user at a time and without the lock held while it is
// done, so that a new goal or the end cuts a large batch short.
func (c *Closed) step(now time.Time) (do func(), wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.busy {
		return nil, math.MaxInt64
	}
	if c.start.IsZero() {
		c.start = now
		if c.began.IsZero() {
			c.began = now
		}
	}
	if c.limit > 0 && now.Sub(c.began) >= c.limit {
		return nil, math.MaxInt64
	}
	t := now.Sub(c.start)
	level, up := c.ramp.Level(t), c.ramp.To > c.ramp.From
	if up {
		if class, ok := c.missing(); ok {
			return func() { c.users.Start(class) }, 0
		}
	}
	switch live := c.mix.Running(); {
	case up && live+c.dead < level:
		if class, ok := c.mix.Next(); ok {
			return c.begin(class, live), 0
		}
	case !up && live > level:
		if class, ok := c.mix.Last(); ok {
			return c.end(class, live-1), 0
		}
	default:
		if next, ok := c.ramp.Next(t); ok {
			return nil, next - t
		}
		if class, ok := c.missing(); ok {
			return func() { c.users.Start(class) }, 0
		}
	}
	c.busy = false
	live := c.liveHere()
	return func() { c.reached(live) }, 0
}

func (c *Closed) stop(class int) {
	if !c.users.Stop(class) {
		c.mu.Lock()
		c.owed[class]++
		c.mu.Unlock()
	}
}

func (c *Closed) reached(live int) {
	if c.complete != nil {
		c.complete(live)
	}
}
