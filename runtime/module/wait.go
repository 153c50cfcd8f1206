package module

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// waitTime makes between, constant, constantPacing or constantThroughput: functions that give a wait time, itself a
// function that the engine calls with the user (or task set) as this. All numbers are seconds.
func waitTime(vm *vu.VM, name string) goja.Value {
	rt := vm.RT
	number := func(v goja.Value) float64 {
		s := v.ToFloat()
		if !js.IsNumber(v) || !(s >= 0) || math.IsInf(s, 0) {
			js.ThrowType(rt, "%s: %v is not a number of seconds", name, v)
		}
		return s
	}
	switch name {
	case "between":
		return js.Function(rt, name, 2, func(c goja.FunctionCall) goja.Value {
			low, high := number(c.Argument(0)), number(c.Argument(1))
			if high < low {
				js.ThrowType(rt, "between(%v, %v): the first number must not be larger than the second", low, high)
			}
			return vm.WaitFunc(func() float64 { return low + rand.Float64()*(high-low) })
		})
	case "constant":
		return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
			s := number(c.Argument(0))
			return vm.WaitFunc(func() float64 { return s })
		})
	case "constantPacing":
		return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
			return vm.WaitFunc(pacing(vm, number(c.Argument(0))))
		})
	}
	return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
		perSecond := number(c.Argument(0))
		if perSecond == 0 {
			js.ThrowType(rt, "constantThroughput(0): a number above 0 is needed")
		}
		return vm.WaitFunc(pacing(vm, 1/perSecond))
	})
}

// pacing starts a task every period seconds if the task itself takes less; what was missed is not caught up. The first
// period is counted from the user's birth, as in Locust. Each user has its own copy of the script and so its own time; by
// task set it must not be kept, since every entry makes a new one.
func pacing(vm *vu.VM, period float64) func() float64 {
	var last time.Time
	wait := 0.0
	return func() float64 {
		now := time.Now()
		if last.IsZero() {
			last = vm.Born
		}
		wait = math.Max(0, period-(now.Sub(last).Seconds()-wait))
		last = now
		return wait
	}
}
