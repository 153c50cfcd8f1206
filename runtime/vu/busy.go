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
func (env *Env) lookAround(each func(func(*VM))) {
	n := int64(0)
	each(func(vm *VM) {
		if vm.busyFor() > 0 {
			n++
		}
	})
	env.crowding.Store(n)
}

// hogged says that some user has kept a core busy for a second or more.
func (env *Env) hogged(each func(func(*VM))) (yes bool) {
	env.lookAround(each)
	limit := env.patience()
	each(func(vm *VM) { yes = yes || vm.busyFor() >= limit })
	return yes
}

// accuse marks the user who has kept a core busy for longest: when it is killed, the place in its script is reported.
// It is nil if nobody has been busy for as long as a tenth of a second.
func accuse(each func(func(*VM))) (worst *VM) {
	longest := 100 * time.Millisecond
	each(func(vm *VM) {
		if d := vm.busyFor(); d > longest {
			longest, worst = d, vm
		}
	})
	if worst != nil {
		worst.accused.Store(true)
	}
	return worst
}

// Hogged says that some user has kept a core busy for a second or more.
func (c *Crowd) Hogged() bool { return c.env.hogged(c.eachVM) }

// Accuse marks the user who has kept a core busy for longest: when it is killed, the place in its script is reported.
// It returns the user's class, "" if nobody has been busy for as long as a tenth of a second.
func (c *Crowd) Accuse() (class string) {
	if vm := accuse(c.eachVM); vm != nil {
		return vm.Class.Name
	}
	return ""
}

func (c *Crowd) eachVM(do func(*VM)) { c.each(func(u *user) { do(u.vm) }) }

// Hogged and Accuse are a Crowd's. There are no classes: who is accused is called a user.
func (p *Pool) Hogged() bool { return p.env.hogged(p.each) }

// Accuse marks the user who has kept a core busy for longest; "" if there is none.
func (p *Pool) Accuse() string {
	if accuse(p.each) == nil {
		return ""
	}
	return "the script"
}
