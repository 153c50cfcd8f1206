package module

import (
	"math"
	"os"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/script"
	"katydid/runtime/vu"
)

// timers makes setTimeout and its kin on the VM's event loop. Callbacks run while the user waits or awaits.
func timers(vm *vu.VM, name string) goja.Value {
	rt := vm.RT
	set := func(repeat bool, delayAt int) js.Native {
		return func(c goja.FunctionCall) goja.Value {
			fn, ok := goja.AssertFunction(c.Argument(0))
			if !ok {
				js.ThrowType(rt, "%s: the first argument must be a function", name)
			}
			var delay time.Duration
			args := c.Arguments[min(1, len(c.Arguments)):]
			if delayAt > 0 {
				delay = millis(c.Argument(delayAt))
				args = c.Arguments[min(2, len(c.Arguments)):]
			}
			args = append([]goja.Value(nil), args...) // goja reuses the slice of a call
			return rt.ToValue(vm.SetTimer(delay, repeat, func() { vm.Callback(fn, args...) }))
		}
	}
	switch name {
	case "setTimeout":
		return js.Function(rt, name, 2, set(false, 1))
	case "setInterval":
		return js.Function(rt, name, 2, set(true, 1))
	case "setImmediate":
		return js.Function(rt, name, 1, set(false, 0))
	case "queueMicrotask":
		return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
			fn, ok := goja.AssertFunction(c.Argument(0))
			if !ok {
				js.ThrowType(rt, "queueMicrotask: the argument must be a function")
			}
			p, resolve, _ := rt.NewPromise()
			_ = resolve(goja.Undefined()) // fails only for a promise of another runtime
			then, _ := goja.AssertFunction(rt.ToValue(p).ToObject(rt).Get("then"))
			_, err := then(rt.ToValue(p), rt.ToValue(func(goja.FunctionCall) goja.Value { vm.Callback(fn); return goja.Undefined() }))
			rethrow(rt, err)
			return goja.Undefined()
		})
	}
	return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
		if id, ok := js.Whole(c.Argument(0)); ok { // as in browsers, anything else is no timer and no error
			vm.ClearTimer(id)
		}
		return goja.Undefined()
	})
}

// millis reads a delay in milliseconds; what is not a number from 0 up is 0, as in browsers.
func millis(v goja.Value) time.Duration {
	ms := v.ToNumber().ToFloat()
	if !(ms > 0) {
		return 0
	}
	return time.Duration(math.Min(ms, 1<<31) * float64(time.Millisecond))
}

// sleep blocks the user for a number of seconds; only a hard stop ends it early.
func sleep(vm *vu.VM, v goja.Value) {
	s := math.NaN()
	if js.IsNumber(v) {
		s = v.ToFloat()
	}
	if !(s >= 0) || s > 1e8 {
		js.ThrowType(vm.RT, "sleep(%v): a number of seconds from 0 up is needed", v)
	}
	vm.Sleep(time.Duration(s * float64(time.Second)))
}

// open makes the function that reads a file: text, or with "b" an ArrayBuffer. Paths are relative to the file that
// calls it, as those of an import.
func open(vm *vu.VM) goja.Value {
	rt := vm.RT
	return js.Function(rt, "open", 2, func(c goja.FunctionCall) goja.Value {
		name := c.Argument(0).String()
		if js.Missing(c.Argument(0)) || name == "" {
			js.ThrowType(rt, "open needs the path of a file")
		}
		full, err := vm.Env.Script.ResolveFrom(script.CallerDir(rt, vm.Env.Script), name)
		if err != nil {
			js.Throw(rt, "open: %s", err)
		}
		read := runOf(vm).ReadFile
		if read == nil {
			read = os.ReadFile
		}
		data, err := read(full)
		if err != nil {
			js.Throw(rt, "open %s: %s", name, reasonOf(err))
		}
		if c.Argument(1).String() == "b" {
			return rt.ToValue(rt.NewArrayBuffer(data))
		}
		return rt.ToValue(string(data))
	})
}

// rethrow throws in the script what a function of the script threw at us; nil is nothing.
func rethrow(rt *goja.Runtime, err error) { vu.Rethrow(rt, err) }
