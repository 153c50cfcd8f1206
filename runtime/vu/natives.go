package vu

import (
	"slices"
	"time"

	"github.com/dop251/goja"
)

// Wait is wait() of a user or task set: it blocks for the wait time and throws StopUser if the user is to leave.
func (vm *VM) Wait(self goja.Value) {
	var d time.Duration
	var err error
	if f := vm.frameOf(self); f != nil {
		d, err = vm.waitTime(f)
	}
	Rethrow(vm.RT, err)
	vm.Block()
	defer vm.Unblock()
	select {
	case <-vm.after(d):
	case <-vm.stopping:
		vm.StopUser("the user was asked to stop")
	case <-vm.kill: // the interrupt that came with it ends the script at its next instruction
	}
}

// frameOf finds the running user or task set that a JavaScript object is; the innermost one if it is none of them.
func (vm *VM) frameOf(self goja.Value) *frame {
	for _, f := range slices.Backward(vm.frames) {
		if f.obj.SameAs(self) {
			return f
		}
	}
	if len(vm.frames) == 0 {
		return nil
	}
	return vm.frames[len(vm.frames)-1]
}

// Schedule puts a task (its name, its function or its class) into the queue of a task set, at its front if first.
func (vm *VM) Schedule(self, what goja.Value, first bool) {
	f := vm.frameOf(self)
	if f == nil {
		panic(vm.RT.NewTypeError("scheduleTask: the task set is not running"))
	}
	s := scheduled{index: vm.match(f, what)}
	if s.index < 0 {
		var ok bool
		if s.fn, ok = goja.AssertFunction(what); !ok {
			panic(vm.RT.NewTypeError("scheduleTask: %s is no task of this task set", vm.show(what)))
		}
	}
	if first {
		f.queue = slices.Insert(f.queue, 0, s)
	} else {
		f.queue = append(f.queue, s)
	}
}

// match finds the task that a name, function or class stands for; -1 if there is none.
func (vm *VM) match(f *frame, what goja.Value) int {
	return slices.IndexFunc(f.list.tasks, func(t *task) bool {
		if _, ok := what.(*goja.Object); !ok {
			return t.name != "" && t.name == what.String()
		}
		v := vm.locate(t, f.obj, f.class)
		return v != nil && v.SameAs(what)
	})
}

// Callback calls a function of the script that nobody waits for (a timer). What it throws is reported as a task's error.
func (vm *VM) Callback(fn goja.Callable, args ...goja.Value) {
	if vm.Killed() {
		return
	}
	_, err := fn(goja.Undefined(), args...) // a promise that it returns reports its rejection itself, see trackRejection
	vm.Stray(err)
}

// Stray deals with an error that no task threw: a timer's, or the reason of a promise that nobody looks at. StopUser
// ends the user at its next wait. In Perform it is as if the function itself had thrown it.
func (vm *VM) Stray(err error) {
	vm.caught(err)
	vm.damaged = vm.damaged || uncatchable(err)
	if vm.damaged && vm.Killed() {
		vm.RT.Interrupt(errKilled) // goja has forgotten it with the first call that it ended
	}
	switch vm.control(err).ctl {
	case failed:
		if vm.performs && vm.failing == nil {
			vm.failing = err
			return
		}
		vm.report(err)
	case stopUser:
		vm.leave = true
	}
}

// failure gives the error of a callback that ends what Perform is doing, once.
func (vm *VM) failure() error {
	err := vm.failing
	vm.failing = nil
	return err
}
