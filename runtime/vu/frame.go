package vu

import (
	"github.com/dop251/goja"
)

// frame is a user or task set that is running: what chooses the next task.
type frame struct {
	obj   *goja.Object
	class *goja.Object // of obj
	list  *taskList
	fns   []goja.Callable // of the tasks in list, found when they first run
	user  *frame          // the user's own frame; nil in that one
	wait  frameWait       // kept for a moment
	queue []scheduled     // by the script, first in first out
	index int             // sequential: the task that is next; Markov: the last one
	count int             // sequential: how often the task at index has run; Markov: how many tasks have run
}

// scheduled is a task of the list, or a function that the script gave.
type scheduled struct {
	index int
	fn    goja.Callable
}

func (vm *VM) newFrame(obj *goja.Object, list *taskList, user *frame) (*frame, error) {
	f := &frame{obj: obj, list: list, fns: make([]goja.Callable, len(list.tasks)), user: user}
	err := vm.Guard(func() { f.class, _ = obj.Get("constructor").(*goja.Object) })
	return f, err
}

// next chooses what to run: the index of a task, or -1 and a function.
func (f *frame) next() (int, goja.Callable) {
	if len(f.queue) > 0 {
		s := f.queue[0]
		f.queue = f.queue[1:]
		return s.index, s.fn
	}
	switch f.list.kind {
	case kindSequential: // in order, each as often as its weight says, round and round
		i := f.index
		if f.count++; f.count >= f.list.tasks[i].weight {
			f.index, f.count = (i+1)%len(f.list.tasks), 0
		}
		return i, nil
	case kindMarkov:
		if f.count++; f.count > 1 { // else: start with the first
			f.index = f.list.after(f.index)
		}
		return f.index, nil
	}
	return f.list.random(), nil
}

// runTasks is the loop of a user or task set: choose, run, wait, by Locust's rules. It returns why it ended.
func (vm *VM) runTasks(f *frame) outcome {
	vm.frames = append(vm.frames, f)
	defer func() { vm.frames = vm.frames[:len(vm.frames)-1] }()
	for {
		if vm.leaving() || !vm.arrive() {
			return outcome{ctl: stopUser}
		}
		i, fn := f.next()
		out := vm.execute(f, i, fn)
		vm.depart()
		if out.ctl == stopUser || out.ctl == interrupt && f.user != nil {
			return out
		}
		if out.ctl == rescheduleNow || out.reschedule { // an interrupt of the user itself is a reschedule
			continue
		}
		if !vm.waitBetween(f) {
			return outcome{ctl: stopUser}
		}
	}
}

// execute runs one task to its end.
func (vm *VM) execute(f *frame, i int, fn goja.Callable) outcome {
	if fn == nil && f.list.tasks[i].set != nil {
		return vm.runSet(f, f.list.tasks[i])
	}
	if fn == nil {
		fn = f.fns[i]
	}
	if fn == nil {
		t := f.list.tasks[i]
		err := vm.Guard(func() { fn, _ = goja.AssertFunction(vm.locate(t, f.obj, f.class)) })
		if err == nil && fn == nil {
			err = vm.thrown(vm.RT.NewTypeError("task %s of %s is no function in this user", t.name, f.list.name))
		}
		if err != nil {
			return vm.ended(err)
		}
		f.fns[i] = fn
	}
	vm.Unblock()
	_, err := vm.Call(fn, f.obj, f.obj) // as an argument too, for arrow functions
	return vm.ended(err)
}

// runSet runs a nested task set until it is interrupted or the user leaves.
func (vm *VM) runSet(f *frame, t *task) outcome {
	top := f.user
	if top == nil {
		top = f
	}
	var class goja.Value
	var obj *goja.Object
	var inner *frame
	err := vm.Guard(func() { class = vm.locate(t, f.obj, f.class) })
	if err == nil {
		obj, err = vm.create(class, f.obj)
	}
	if err == nil {
		inner, err = vm.newFrame(obj, t.set, top)
	}
	if err != nil {
		return vm.ended(err)
	}
	out := vm.perform(obj, "onStart", "on_start")
	if out.ctl == goOn {
		out = vm.runTasks(inner)
	}
	if out.ctl != stopUser || !vm.Killed() {
		if o := vm.perform(obj, "onStop", "on_stop"); o.ctl == stopUser {
			return o
		}
	}
	if out.ctl == interrupt { // the parent goes on at once, or waits first
		if out.reschedule {
			return outcome{ctl: rescheduleNow}
		}
		return outcome{ctl: reschedule}
	}
	return out
}
