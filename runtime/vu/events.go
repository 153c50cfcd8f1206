package vu

import "github.com/dop251/goja"

// Listen adds a listener for an event; the modules know the names.
func (vm *VM) Listen(event string, fn goja.Value) {
	if vm.listeners == nil {
		vm.listeners = make(map[string][]goja.Value)
	}
	vm.listeners[event] = append(vm.listeners[event], fn)
}

// Unlisten takes a listener away.
func (vm *VM) Unlisten(event string, fn goja.Value) {
	for i, f := range vm.listeners[event] {
		if f.SameAs(fn) {
			vm.listeners[event] = append(vm.listeners[event][:i:i], vm.listeners[event][i+1:]...)
			return
		}
	}
}

// Listens says whether Fire would call anybody, so that the argument need not be made in vain.
func (vm *VM) Listens(event string) bool { return len(vm.listeners[event]) > 0 }

// Fire calls an event's listeners in the order in which they were added. A listener that throws is reported like a
// task that throws and keeps no other from being called. Control exceptions are for the caller: the first is returned.
func (vm *VM) Fire(event string, arg goja.Value) (control error) {
	for _, f := range vm.listeners[event] {
		if vm.Killed() { // nobody could end a listener any more
			return control
		}
		fn, _ := goja.AssertFunction(f)
		v, err := fn(goja.Undefined(), arg)
		if err == nil && !vm.nested() { // else the rejection of an async listener is reported when the task has ended
			_, err = vm.Await(v)
		}
		switch {
		case err == nil:
		case vm.control(err).ctl != failed:
			if control == nil {
				control = err
			}
		default:
			vm.report(err)
			vm.Env.Trouble(ListenerThrew)
		}
	}
	return control
}
