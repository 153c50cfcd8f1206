package vu

import (
	"math"
	"time"

	"github.com/dop251/goja"
)

// waitTime asks the script how long to wait: the method or field of the task set or user, else the static one of its
// class, else the user's; 0 when there is none.
func (vm *VM) waitTime(f *frame) (d time.Duration, err error) {
	if e := vm.Guard(func() { d, err = vm.askWait(f) }); e != nil {
		return 0, e
	}
	return d, err
}

func (vm *VM) askWait(f *frame) (time.Duration, error) {
	if now := time.Duration(vm.busy.Load()); f.wait.found == 0 || now-f.wait.found >= waitFresh {
		f.wait = vm.findWait(f)
		f.wait.found = now
	}
	if f.wait.next != nil {
		return time.Duration(f.wait.next() * float64(time.Second)), nil
	}
	if f.wait.call == nil {
		return 0, nil
	}
	v, err := vm.Call(f.wait.call, f.wait.of, f.wait.of)
	if err != nil {
		return 0, err
	}
	s := math.NaN()
	if goja.IsNumber(v) {
		s = v.ToFloat()
	}
	if !(s >= 0) || s > maxWait.Seconds() {
		return 0, vm.thrown(vm.RT.NewTypeError("waitTime gave %s: it must be a number of seconds from 0 up", vm.show(v)))
	}
	return time.Duration(s * float64(time.Second)), nil
}

// maxWait is far beyond any test and still a valid time.Duration.
const maxWait = 10 * 365 * 24 * time.Hour

// waitFresh is how long a frame keeps what it has found to be its wait function. To look for it costs as much as a tenth of a
// request, which users who do not wait would pay each time; a script that changes its waitTime is heard that much later.
const waitFresh = 10 * time.Millisecond

// frameWait is what says how long to wait after a task: a function of ours, or one of the script. Both are nil
// without one.
type frameWait struct {
	next  func() float64
	call  goja.Callable
	of    *goja.Object  // whose method call is: the task set or the user
	found time.Duration // when, as VM.busy counts
}

func (vm *VM) findWait(f *frame) frameWait {
	next, call := vm.waitFunc(f)
	if next == nil && call == nil && f.user != nil {
		f = f.user
		next, call = vm.waitFunc(f)
	}
	return frameWait{next: next, call: call, of: f.obj}
}

// waitFunc is what says how long to wait, as a function of ours or else of the script; both are nil without one. What
// the class says comes before the other spelling, because a look at an instance that has no such member walks all its
// prototypes.
func (vm *VM) waitFunc(f *frame) (next func() float64, call goja.Callable) {
	for _, name := range [...]string{"waitTime", "wait_time"} {
		for _, o := range [...]*goja.Object{f.obj, f.class} {
			if o == nil {
				continue
			}
			fn, ok := o.Get(name).(*goja.Object)
			if !ok {
				continue
			}
			for _, w := range vm.waits {
				if w.fn == fn {
					return w.next, nil
				}
			}
			if call, ok := goja.AssertFunction(fn); ok {
				return nil, call
			}
		}
	}
	return nil, nil
}

// maxNativeWaits bounds VM.waits for a script that makes wait functions as it goes on. Those beyond it work, too.
const maxNativeWaits = 16

// nativeWait is a function of ours that says how long to wait, in seconds: a valid number from 0 to maxWait.
type nativeWait struct {
	fn   *goja.Object
	next func() float64
}

// WaitFunc makes the function that a script gets for a wait time of ours. The engine itself asks next, without a
// detour through JavaScript.
func (vm *VM) WaitFunc(next func() float64) *goja.Object {
	bounded := func() float64 { return min(next(), maxWait.Seconds()) }
	fn := vm.RT.ToValue(func(goja.FunctionCall) goja.Value { return vm.RT.ToValue(bounded()) }).(*goja.Object)
	if len(vm.waits) < maxNativeWaits {
		vm.waits = append(vm.waits, nativeWait{fn, bounded})
	}
	return fn
}
