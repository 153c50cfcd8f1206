package vu

import (
	"runtime"
	"time"

	"github.com/dop251/goja"
)

// Block says that the VM's goroutine is about to wait for something outside JavaScript (a request, a timer); Unblock
// says that it goes on. Between Unblock and Block the user keeps a core busy, and who does that for seconds is in an
// endless loop or eats memory.
func (vm *VM) Block() { vm.busy.Store(0) }

// Unblock is the end of Block.
func (vm *VM) Unblock() { vm.busy.Store(time.Now().UnixNano()) }

// busyFor is how long JavaScript has been running without a break. Any goroutine may ask.
func (vm *VM) busyFor() time.Duration {
	since := vm.busy.Load()
	if since == 0 {
		return 0
	}
	return time.Duration(time.Now().UnixNano() - since)
}

// hogging is the time without a break from which a killed user is reported with the line it was in.
const hogging = time.Second

// caught reports where a killed user was if it was killed in JavaScript that had run for long.
func (vm *VM) caught(err error) {
	_, interrupted := err.(*goja.InterruptedError) // not errors.As, see uncatchable
	if !interrupted || !vm.accused.Load() && vm.busyFor() < vm.Env.patience() {
		return
	}
	vm.report(err)
}

// patience is how long a user may run without a break when this many share the processors: what looks like an endless
// loop on an idle machine is the wait for a processor on a crowded one.
func (env *Env) patience() time.Duration {
	return hogging * time.Duration(max(1, int(env.crowding.Load())/runtime.GOMAXPROCS(0)))
}

// lookAround counts the users who want a processor now, for patience.
func (c *Crowd) lookAround() {
	n := int64(0)
	c.each(func(u *user) {
		if u.vm.busyFor() > 0 {
			n++
		}
	})
	c.env.crowding.Store(n)
}

// Hogged says that some user has kept a core busy for a second or more.
func (c *Crowd) Hogged() (yes bool) {
	c.lookAround()
	limit := c.env.patience()
	c.each(func(u *user) { yes = yes || u.vm.busyFor() >= limit })
	return yes
}

// Accuse marks the user who has kept a core busy for longest: when it is killed, the place in its script is reported.
// It returns the user's class, "" if nobody has been busy for as long as a tenth of a second.
func (c *Crowd) Accuse() (class string) {
	var worst *user
	longest := 100 * time.Millisecond
	c.each(func(u *user) {
		if d := u.vm.busyFor(); d > longest {
			longest, worst = d, u
		}
	})
	if worst == nil {
		return ""
	}
	worst.vm.accused.Store(true)
	return worst.vm.Class.Name
}
