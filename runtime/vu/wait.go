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
	fn := f.waitFunc()
	if fn == nil && f.user != nil {
		f = f.user
		fn = f.waitFunc()
	}
	if fn == nil {
		return 0, nil
	}
	v, err := vm.Call(fn, f.obj, f.obj)
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

func (f *frame) waitFunc() goja.Callable {
	if fn := method(f.obj, "waitTime", "wait_time"); fn != nil {
		return fn
	}
	return method(f.class, "waitTime", "wait_time")
}
