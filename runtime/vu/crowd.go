package vu

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"katydid/runtime/load"
)

// Crowd is the users of a run. Its methods may be called from any goroutine.
type Crowd struct {
	env     *Env
	onEnded func(class int)
	open    *load.Open // nil in a closed run
	live    atomic.Int64
	ids     atomic.Int64
	peak    atomic.Int64
	left    chan struct{} // one place; see Left

	mu      sync.Mutex
	users   []*list.List // of *user, by class; back: the user started last of those that may stay
	stopped bool
}

// NewCrowd makes an empty crowd. ended is called, from the user's goroutine, for each user that leaves without having
// been asked to by Stop.
func NewCrowd(env *Env, ended func(class int)) *Crowd {
	c := &Crowd{env: env, onEnded: ended, left: make(chan struct{}, 1)}
	for range env.Classes {
		c.users = append(c.users, list.New())
	}
	return c
}

// Serve makes this the crowd of an open run: users do what they are given a start for. It is called before the first Start.
func (c *Crowd) Serve(open *load.Open) { c.open = open }

// Start starts a user of a class, in a goroutine of its own. After StopAll it does nothing.
func (c *Crowd) Start(class int) {
	u := &user{stop: make(chan struct{})}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	u.vm = newVM(c.env, c.ids.Add(1), &c.env.Classes[class], u.stop)
	if c.open != nil {
		u.vm.seat = c.open.Seat(class)
	}
	at := c.users[class].PushBack(u)
	n := c.live.Add(1)
	c.peak.Store(max(n, c.peak.Load())) // only ever raised under c.mu
	go c.run(u, class, at)
}

func (c *Crowd) run(u *user, class int, at *list.Element) {
	defer c.ended(class, at)
	if seat := u.vm.seat; seat != nil {
		defer seat.Leave()
	}
	defer u.vm.end()
	defer u.vm.crashed()
	u.run(&c.env.Classes[class])
}

func (c *Crowd) ended(class int, at *list.Element) {
	c.mu.Lock()
	asked := at.Value.(*user).asked
	c.users[class].Remove(at)
	c.mu.Unlock()
	c.live.Add(-1)
	if !asked {
		c.onEnded(class)
	}
	select {
	case c.left <- struct{}{}:
	default:
	}
}

// Stop asks the user of a class that was started last to leave gracefully; false means that there is none to ask.
func (c *Crowd) Stop(class int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.users[class].Back()
	if at == nil || at.Value.(*user).asked {
		return false
	}
	u := at.Value.(*user)
	u.asked = true
	u.halt()
	c.users[class].MoveToFront(at) // so that those who may stay are at the back
	return true
}

// Live is how many users there are, those included that are about to leave.
func (c *Crowd) Live() int { return int(c.live.Load()) }

// Count is how many users there are by class, counted as by Live.
func (c *Crowd) Count() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := make([]int, len(c.users))
	for class, users := range c.users {
		n[class] = users.Len()
	}
	return n
}

// Peak is the largest number of users that there were at once.
func (c *Crowd) Peak() int { return int(c.peak.Load()) }

// Left gets a value, sooner or later, after users have left; it says nothing of how many.
func (c *Crowd) Left() <-chan struct{} { return c.left }

// StopAll ends all users: gracefully within grace, or until ctx is done; whoever is left then is killed. It returns how
// many had to be killed, and how many did not end even so (stuck in a native call; their goroutines are abandoned).
func (c *Crowd) StopAll(ctx context.Context, grace time.Duration) (killed, stuck int) {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	if grace > 0 {
		c.each((*user).halt)
		ctx, cancel := context.WithTimeout(ctx, grace)
		c.drain(ctx)
		cancel()
	}
	killed = c.Live()
	c.env.lookAround(c.eachVM)
	c.each((*user).kill)
	ctx, cancel := context.WithTimeout(context.Background(), onStopGrace+2*time.Second)
	defer cancel()
	c.drain(ctx)
	return killed, c.Live()
}

// KillAll is the hard stop for all users, at once; StopAll has to follow.
func (c *Crowd) KillAll() { c.each((*user).kill) }

func (c *Crowd) each(do func(*user)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, class := range c.users {
		for at := class.Front(); at != nil; at = at.Next() {
			do(at.Value.(*user))
		}
	}
}

// drain waits until all users have left or ctx is done.
func (c *Crowd) drain(ctx context.Context) {
	for c.Live() > 0 {
		select {
		case <-c.left:
		case <-ctx.Done():
			return
		}
	}
}
