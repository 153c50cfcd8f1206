package load

import (
	"context"
	"slices"
	"sync"
)

// Dispatched brings the users of each class to numbers that somebody else sets, at once: the ramp is that one's business, as
// with the workers of a Locust master. A user that ends by itself is not replaced before the next numbers are set, which
// count the users that are left, as Locust's do. All methods but Run may be called from any goroutine, also from within
// Users' methods and the callback.
type Dispatched struct {
	users Users
	done  func()
	wake  chan struct{}

	mu   sync.Mutex
	have []int // users by class that were started and neither ended nor were asked to stop
	todo []int // by class: how many to start, or below 0 to stop
	owed []int // by class: calls of Ended to come for users already counted as stopped
	busy bool  // done is to be called
}

// NewDispatched returns a driver of so many classes, without users. done is called from Run's goroutine each time the numbers
// set last have been reached.
func NewDispatched(classes int, users Users, done func()) *Dispatched {
	return &Dispatched{
		users: users, done: done, wake: make(chan struct{}, 1),
		have: make([]int, classes), todo: make([]int, classes), owed: make([]int, classes),
	}
}

// Set says how many users of each class there are to be. It replaces the numbers before, reached or not. A class that is
// missing at the end keeps its users.
func (d *Dispatched) Set(want []int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.todo)
	for class, n := range want {
		d.todo[class] = max(n, 0) - d.have[class]
	}
	d.busy = true
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Ended says that a user of the class ended by itself, not because of Stop.
func (d *Dispatched) Ended(class int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owed[class] > 0 || d.have[class] == 0 {
		// This user is counted as stopped: Stop has found, or (owed is then below 0) is about to find, that there is none left.
		d.owed[class]--
		return
	}
	d.have[class]--
	if d.todo[class] < 0 { // it is one of those that are to stop
		d.todo[class]++
	}
}

// Live is the number of users by class that were started and neither ended nor were asked to stop.
func (d *Dispatched) Live() []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.have)
}

// Run drives the users until ctx is done. It does not stop those that are still running then. Run is called once.
func (d *Dispatched) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if do := d.step(); do != nil {
			do()
			continue
		}
		select {
		case <-ctx.Done():
		case <-d.wake:
		}
	}
}

// step returns the next thing to do; nil if there is nothing. One user at a time and without the lock held while it is done,
// so that new numbers or the end cut it short. Starts go first: users that stop may take a while to be noticed.
func (d *Dispatched) step() (do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.busy {
		return nil
	}
	for class, n := range d.todo {
		if n > 0 {
			d.todo[class]--
			d.have[class]++
			return func() { d.users.Start(class) }
		}
	}
	for class, n := range d.todo {
		if n < 0 {
			d.todo[class]++
			d.have[class]--
			return func() { d.stop(class) }
		}
	}
	d.busy = false
	return d.done
}

func (d *Dispatched) stop(class int) {
	if !d.users.Stop(class) {
		d.mu.Lock()
		d.owed[class]++
		d.mu.Unlock()
	}
}
