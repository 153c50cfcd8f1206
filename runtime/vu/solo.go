package vu

import (
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/load"
)

// New makes a VM for a script that exports functions in place of user classes, as k6's do. Whoever has it calls them; a
// Pool has many. Load is to follow. id 0 is a VM of no user (setup, teardown).
func New(env *Env, id int64) *VM { return newVM(env, id, nil, nil) }

// Load runs the script's top level.
func (vm *VM) Load() error {
	vm.Unblock()
	defer vm.Block()
	err := vm.load()
	if vm.damaged || uncatchable(err) {
		vm.repair()
	}
	return err
}

// Exported is what the last script file exports under a name; undefined if it does not.
func (vm *VM) Exported(name string) goja.Value {
	if len(vm.exports) == 0 {
		return goja.Undefined()
	}
	v := vm.exports[len(vm.exports)-1].ns.Get(name)
	if v == nil {
		return goja.Undefined()
	}
	return v
}

// ExportNames are the names that the last script file exports, sorted as the language does.
func (vm *VM) ExportNames() []string {
	if len(vm.exports) == 0 {
		return nil
	}
	return vm.exports[len(vm.exports)-1].ns.Keys()
}

// Function is an exported function; false if there is none of that name.
func (vm *VM) Function(name string) (goja.Callable, bool) {
	var fn goja.Callable
	ok := false
	err := vm.Guard(func() { fn, ok = goja.AssertFunction(vm.Exported(name)) })
	return fn, ok && err == nil
}

// Perform calls a function of the script and waits for the promise that it may return, and then for all that its event
// loop still has: timers, requests under way. The error is what it or a callback threw, or a rejection that nobody looks
// at; whatever is still to come is given up then. After Kill nothing of the call is left, but for what Revive is needed.
func (vm *VM) Perform(fn goja.Callable, args ...goja.Value) (goja.Value, error) {
	vm.Unblock()
	vm.performs = true
	v, err := vm.Call(fn, goja.Undefined(), args...)
	if err == nil {
		err = vm.runOut()
	}
	vm.performs = false
	if stray := vm.failure(); err == nil {
		err = stray
	} else if stray != nil {
		vm.report(stray)
	}
	if vm.damaged || uncatchable(err) {
		vm.repair()
	}
	if vm.Killed() {
		vm.caught(err)
		vm.abandon()
	} else if err != nil || len(vm.rejected) > 0 {
		vm.drain() // what is on its way counts, and nothing more of the script runs
		vm.left = false
	}
	for _, fn := range vm.taskEnd {
		fn()
	}
	vm.taskEnd = vm.taskEnd[:0]
	for p := range vm.rejected {
		if err == nil {
			err = vm.thrown(p.Result())
		}
		delete(vm.rejected, p)
	}
	vm.Block()
	return v, err
}

// runOut runs the event loop until nothing is left in it, or a promise was rejected that nobody looks at.
func (vm *VM) runOut() error {
	for vm.events != nil && !vm.events.idle() && len(vm.rejected) == 0 && vm.failing == nil {
		if err := vm.turn(); err != nil {
			return err
		}
	}
	return nil
}

// Report counts an uncaught error of the script, and logs it the first time it comes.
func (vm *VM) Report(err error) { vm.report(err) }

// Begin says that an iteration begins that was due at a start of an open plan.
func (vm *VM) Begin(s load.Start) { vm.iteration.begin(s, time.Now()) }

// Depart says that it is over.
func (vm *VM) Depart() { vm.depart() }

// Revive makes a killed VM usable again.
func (vm *VM) Revive() { vm.revive() }

// End gives back what the VM holds. It is the last call.
func (vm *VM) End() { vm.end() }
