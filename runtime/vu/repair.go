package vu

import (
	"reflect"
	"unsafe"

	"github.com/dop251/goja"
)

// repair puts goja back to where no JavaScript is running. It has to be called when none is, after an error that
// JavaScript cannot catch (a hard stop, an overflow of the call stack): when such an error leaves an async function or a
// generator, goja keeps that function's frames (it pops them only after ordinary errors), takes itself to be inside of a
// call for ever, and so never runs a promise job again. An async onStop after a hard stop would wait in vain.
//
// There is no public way to do this. A field that is gone in a later goja is passed over; TestAfterOverflow and
// TestHardStopAsync notice.
func (vm *VM) repair() {
	vm.damaged = false
	in := field(reflect.ValueOf(vm.RT).Elem(), "vm")
	if !in.IsValid() || in.IsNil() {
		return
	}
	in = in.Elem()
	if calls := field(in, "callStack"); calls.IsValid() && calls.Len() > 0 {
		for _, name := range []string{"prg", "stash", "privEnv", "newTarget", "result", "pc", "sb", "args"} {
			to, from := field(in, name), field(calls.Index(0), name) // what the outermost call has saved
			if to.IsValid() && from.IsValid() {
				to.Set(from)
			}
		}
	}
	for _, name := range []string{"callStack", "tryStack", "iterStack", "refStack", "sp", "stack", "curAsyncRunner"} {
		if f := field(in, name); f.IsValid() {
			f.SetZero()
		}
	}
}

// field is a struct's field, settable although it is not exported.
func field(of reflect.Value, name string) reflect.Value {
	f := of.FieldByName(name)
	if !f.IsValid() {
		return f
	}
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

// uncatchable tells the errors after which repair is needed. It looks at types only: errors.As would call the Unwrap of
// a *goja.Exception, which runs code of the script.
func uncatchable(err error) bool {
	switch err.(type) {
	case *goja.InterruptedError, *goja.StackOverflowError:
		return true
	}
	return false
}
