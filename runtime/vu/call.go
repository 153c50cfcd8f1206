package vu

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/dop251/goja"
)

// Call calls a function of the script and waits for the promise that it may return, running the event loop meanwhile.
// The error is a *goja.Exception, a *goja.InterruptedError after Kill, or another error of goja's.
func (vm *VM) Call(fn goja.Callable, this goja.Value, args ...goja.Value) (goja.Value, error) {
	v, err := fn(this, args...)
	if err != nil {
		return nil, err
	}
	return vm.Await(v)
}

// Await gives what a promise settles to, running the event loop until then; any other value is given back as it is.
func (vm *VM) Await(v goja.Value) (goja.Value, error) {
	p := promiseOf(v)
	if p == nil {
		return v, nil
	}
	if err := vm.settle(p); err != nil {
		return nil, err
	}
	delete(vm.rejected, p)
	if p.State() == goja.PromiseStateRejected {
		return nil, vm.thrown(p.Result())
	}
	return p.Result(), nil
}

var promiseType = reflect.TypeFor[*goja.Promise]()

// settle runs the event loop until a promise has settled.
func (vm *VM) settle(p *goja.Promise) error {
	for p.State() == goja.PromiseStatePending {
		if err := vm.turn(); err != nil {
			return err
		}
	}
	return nil
}

// promiseOf gives the promise behind v, or nil. The type is asked first because Export copies whole objects.
func promiseOf(v goja.Value) *goja.Promise {
	o, ok := v.(*goja.Object)
	if !ok || o.ExportType() != promiseType {
		return nil
	}
	p, _ := o.Export().(*goja.Promise)
	return p
}

// thrown makes the error that throwing v would make.
func (vm *VM) thrown(v goja.Value) error {
	if v == nil {
		v = goja.Undefined()
	}
	if ex := vm.RT.Try(func() { panic(v) }); ex != nil {
		return ex
	}
	return nil
}

// errNeverSettles is what awaiting a promise gives that nothing can settle any more.
var errNeverSettles = errors.New("this promise can never settle: no timer and no request is left that could do it")

// turn runs what the event loop has ready, or waits for the next such thing. It returns an error after Kill, or when
// nothing can happen any more: a promise that nobody will settle would otherwise hang the user.
func (vm *VM) turn() error {
	l := vm.loop()
	if vm.Killed() {
		return errKilled
	}
	if l.ready(time.Now()) {
		return nil
	}
	if l.idle() {
		return vm.thrown(vm.RT.NewGoError(errNeverSettles))
	}
	var due <-chan time.Time
	if t, ok := l.next(); ok {
		due = vm.after(time.Until(t))
	}
	vm.Block()
	defer vm.Unblock()
	select {
	case <-l.wake:
	case <-due:
	case <-vm.kill:
		return errKilled
	}
	return nil
}

// Sleep blocks the user for d, whatever the test does short of a hard stop; false means that one came.
func (vm *VM) Sleep(d time.Duration) bool {
	if d <= 0 {
		return !vm.Killed()
	}
	vm.Block()
	defer vm.Unblock()
	select {
	case <-vm.after(d):
		return true
	case <-vm.kill:
		return false
	}
}

// pause is the wait between two tasks: it ends early when the user is to stop (false), and runs the event loop if the
// script uses one.
func (vm *VM) pause(d time.Duration) bool {
	if d <= 0 && vm.events == nil {
		return !vm.leaving()
	}
	end := time.Now().Add(d)
	for {
		if vm.leave { // said by a callback
			return false
		}
		next := end
		var wake <-chan struct{}
		if l := vm.events; l != nil {
			vm.Unblock() // callbacks of the script
			ran := l.ready(time.Now())
			vm.Block()
			if ran && vm.leave {
				return false
			}
			if vm.damaged {
				vm.repair()
			}
			if t, ok := l.next(); ok && t.Before(end) {
				next = t
			}
			wake = l.wake
		}
		left := time.Until(next)
		if left <= 0 && !next.Before(end) {
			return !vm.leaving()
		}
		select {
		case <-vm.after(left):
		case <-wake:
		case <-vm.stopping:
			return false
		case <-vm.kill:
			return false
		}
	}
}

// leaving says that the user is to stop, wants to, or was killed.
func (vm *VM) leaving() bool {
	if vm.leave {
		return true
	}
	select {
	case <-vm.stopping:
		return true
	case <-vm.kill:
		return true
	default:
		return false
	}
}

// after is time.After on the VM's only timer: at most one wait is under way in a goroutine.
func (vm *VM) after(d time.Duration) <-chan time.Time {
	if vm.timer == nil {
		vm.timer = time.NewTimer(d)
	} else {
		vm.timer.Reset(d) // since Go 1.23 a stale tick cannot be received after Reset
	}
	return vm.timer.C
}

// loop gives the event loop, made on first use.
func (vm *VM) loop() *loop {
	if vm.events == nil {
		vm.events = newLoop()
	}
	return vm.events
}

// Async announces an operation that another goroutine finishes: the returned function may be called there, once, and
// makes done run in the VM's goroutine.
func (vm *VM) Async() (finish func(done func())) {
	l := vm.loop()
	l.pending++
	return func(done func()) {
		l.post(func() {
			l.pending--
			done()
		})
	}
}

// Stream is Async for an operation that has more to say than its end, and may go on for ever: post makes fn run in the
// VM's goroutine, any number of times, until finish is called. Both may be called in any goroutine; what is posted after
// a hard stop may never run. end, which must be quick, is called in the VM's goroutine when nothing of the script is to
// run any more and what is under way is waited for: when an iteration has failed, or the user has left.
func (vm *VM) Stream(end func()) (post, finish func(fn func())) {
	l := vm.loop()
	l.streams = append(l.streams, &end)
	done := vm.Async()
	return l.post, func(fn func()) {
		done(func() {
			l.streams = slices.DeleteFunc(l.streams, func(e *func()) bool { return e == &end })
			fn()
		})
	}
}

// SetTimer calls fn after d, again every d if repeat; ClearTimer with the returned number takes it back.
func (vm *VM) SetTimer(d time.Duration, repeat bool, fn func()) int64 {
	d = max(d, 0)
	every := time.Duration(0)
	if repeat {
		d = max(d, time.Millisecond) // as browsers do: an interval of 0 would leave no time for anything else
		every = d
	}
	return vm.loop().add(time.Now().Add(d), every, fn)
}

// ClearTimer takes a timer back; an unknown number is ignored.
func (vm *VM) ClearTimer(id int64) {
	if vm.events != nil {
		vm.events.clear(id)
	}
}

// AtTaskEnd makes fn run when the current task has ended, however it ended.
func (vm *VM) AtTaskEnd(fn func()) { vm.taskEnd = append(vm.taskEnd, fn) }

func (vm *VM) trackRejection(p *goja.Promise, op goja.PromiseRejectionOperation) {
	if op == goja.PromiseRejectionHandle {
		delete(vm.rejected, p)
		return
	}
	if vm.rejected == nil {
		vm.rejected = make(map[*goja.Promise]struct{})
	}
	vm.rejected[p] = struct{}{}
}
