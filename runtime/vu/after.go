package vu

import (
	"time"

	"github.com/dop251/goja"
)

// settleOpen waits for what After has left open, at the end of a task. Rejections are reported as those of any promise.
func (vm *VM) settleOpen() error {
	for i := 0; i < len(vm.open); i++ { // while one is awaited others may come
		if err := vm.settle(vm.open[i]); err != nil {
			vm.open = nil
			return err
		}
	}
	vm.open = nil
	return nil
}

// After is for natives that the script calls with a function of its own: done is called when the outcome v, err of that
// function is there. That is at once, unless v is a promise that is still pending: goja runs promise jobs only when no
// JavaScript is running, so a native cannot wait for one. done is called later then, before the current task ends at
// the latest, and the result is a promise too. What done returns as an error is thrown in place of the outcome.
func (vm *VM) After(v goja.Value, err error, done func(v goja.Value, err error) error) (goja.Value, error) {
	p := promiseOf(v)
	if err != nil || p == nil {
		if e := done(v, err); e != nil {
			err = e
		}
		return v, err
	}
	switch p.State() {
	case goja.PromiseStateFulfilled:
		return v, done(p.Result(), nil)
	case goja.PromiseStateRejected:
		return v, done(goja.Undefined(), vm.thrown(p.Result())) // the promise itself goes on to the script
	}
	then, _ := goja.AssertFunction(v.ToObject(vm.RT).Get("then"))
	settled := func(rejected bool) goja.Value {
		return vm.RT.ToValue(func(c goja.FunctionCall) goja.Value {
			var err error
			if rejected {
				err = vm.thrown(c.Argument(0))
			}
			if e := done(c.Argument(0), err); e != nil {
				err = e
			}
			Rethrow(vm.RT, err)
			return c.Argument(0)
		})
	}
	derived, err := then(v, settled(false), settled(true))
	if p := promiseOf(derived); p != nil {
		vm.open = append(vm.open, p)
	}
	return derived, err
}

// nested says that JavaScript is running: promise jobs have to wait until it has returned to us.
func (vm *VM) nested() bool { return len(vm.RT.CaptureCallStack(1, nil)) > 0 }

// drain waits for the requests that are under way when the user has left, and lets them be counted; the script hears no
// more of them, and timers are forgotten.
func (vm *VM) drain() {
	l := vm.events
	if l == nil {
		return
	}
	vm.left = true
	for _, end := range l.streams {
		(*end)()
	}
	l.timers = nil
	for l.ready(time.Now()); l.pending > 0; l.ready(time.Now()) {
		select {
		case <-l.wake:
		case <-vm.kill:
			vm.abandon()
			return
		}
	}
}

// Left says that the user has left: what still comes is counted and nothing else.
func (vm *VM) Left() bool { return vm.left }

// abandon ends what the event loop of a killed VM still has: the requests under way, all aborted, are waited for, since
// they count somewhere; timers are forgotten. The task that they belonged to must not go on in onStop.
func (vm *VM) abandon() {
	l := vm.events
	if l == nil {
		return
	}
	l.timers = nil
	late := time.After(onStopGrace)
	for l.ready(time.Now()); l.pending > 0; l.ready(time.Now()) {
		select {
		case <-l.wake:
		case <-late: // its goroutine is stuck; what it posts is read by nobody
			vm.events = nil
			return
		}
	}
	vm.events = nil
}
