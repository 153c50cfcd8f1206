package vu

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/dop251/goja"

	"katydid/stats"
)

// Guard runs fn, Go code that touches values of the script from outside of JavaScript, and gives what the script threw
// meanwhile: every getter, toString and valueOf is a function of the script. goja's own Try lets through, as a Go
// panic, what JavaScript cannot catch: the hard stop and the overflow of the call stack.
func (vm *VM) Guard(fn func()) (err error) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case *goja.InterruptedError:
			err = x
		case *goja.StackOverflowError:
			err = x
		default:
			panic(x)
		}
	}()
	if ex := vm.RT.Try(fn); ex != nil {
		return ex
	}
	return nil
}

// show is a value in a message. Its toString may be the script's, and throw.
func (vm *VM) show(v goja.Value) string {
	text := "an object"
	if vm.Guard(func() { text = v.String() }) != nil {
		return "an object"
	}
	return text
}

// create is new class(args...), guarded: Runtime.New lets the same panics through as Try.
func (vm *VM) create(class goja.Value, args ...goja.Value) (o *goja.Object, err error) {
	if e := vm.Guard(func() { o, err = vm.RT.New(class, args...) }); e != nil {
		return nil, e
	}
	return o, err
}

// Rethrow throws in the script what a function of the script threw at a native that had called it. Nil is nothing.
func Rethrow(rt *goja.Runtime, err error) {
	switch e := err.(type) {
	case nil:
	case *goja.Exception:
		panic(e) // not its value: a thrown text has its stack here only
	case *goja.InterruptedError:
		panic(e)
	case *goja.StackOverflowError:
		panic(e)
	default:
		panic(rt.NewGoError(err))
	}
}

// crashed is deferred around a user's life: a fault of ours ends that user, not the test. It is reported like an
// uncaught error of the script, with Go's stack.
func (vm *VM) crashed() {
	x := recover()
	if x == nil {
		return
	}
	message := fmt.Sprintf("internal error: %v", x)
	traceback := message + "\n" + string(debug.Stack())
	vm.Env.Recorder.Exception(stats.Exception{Message: message, Traceback: traceback, At: time.Now()})
	vm.Env.Log(Critical, traceback)
	vm.Env.Trouble(UserDied)
}
