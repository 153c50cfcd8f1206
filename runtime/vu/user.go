package vu

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/script"
	"katydid/stats"
)

// user is one virtual user. run is its goroutine; halt and kill may be called from any other.
type user struct {
	vm   *VM
	obj  *goja.Object // the instance of the script's class
	once sync.Once
	stop chan struct{} // closed by halt

	asked bool // by Crowd.Stop; guarded by the crowd's lock

	mu      sync.Mutex
	parting bool        // onStop is running
	guard   *time.Timer // ends an onStop that goes on after the hard stop
}

// halt asks the user to leave: at once when it waits, else when its current task has ended.
func (u *user) halt() { u.once.Do(func() { close(u.stop) }) }

// kill is the hard stop. An onStop that is running gets a short time to end.
func (u *user) kill() {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case !u.parting:
		u.vm.Kill()
	case u.guard == nil:
		u.guard = time.AfterFunc(onStopGrace, u.vm.Kill)
	}
}

// part lets the user say goodbye, also after a hard stop: onStop always runs.
func (u *user) part() {
	if u.vm.Killed() {
		u.vm.repair()
		u.vm.abandon()
	}
	u.mu.Lock()
	u.parting = true
	if u.vm.Killed() {
		u.vm.revive()
		u.guard = time.AfterFunc(onStopGrace, u.vm.Kill)
	}
	u.mu.Unlock()
	u.vm.leave = false
	u.vm.perform(u.obj, "onStop", "on_stop")
	u.mu.Lock()
	if u.guard != nil {
		u.guard.Stop()
	}
	u.mu.Unlock()
}

// run is the whole life of the user. It returns when the user has left, and nothing of it is left behind.
func (u *user) run(class *Class) {
	vm := u.vm
	vm.Unblock()
	if err := vm.load(); err != nil {
		u.failed(err)
		return
	}
	if err := u.create(class); err != nil {
		u.failed(err)
		return
	}
	defer u.part()
	switch vm.perform(u.obj, "onStart", "on_start").ctl {
	case failed:
		vm.Env.Trouble(UserDied)
		return
	case stopUser:
		return
	}
	if len(class.tasks.tasks) == 0 {
		u.failed(errors.New("no tasks: mark methods with @task or list them in static tasks (a tag filter may have removed them)"))
		return
	}
	f, err := vm.newFrame(u.obj, class.tasks, nil)
	if err != nil {
		u.failed(err)
		return
	}
	vm.runTasks(f)
}

// create makes the instance of the user's class.
func (u *user) create(class *Class) error {
	var ctor *goja.Object
	if err := u.vm.Guard(func() { ctor = u.vm.find(class.Name) }); err != nil {
		return err
	}
	if ctor == nil {
		return fmt.Errorf("the script exports no class %s to this user: exports must not depend on chance or time", class.Name)
	}
	if err := u.vm.Guard(func() { u.vm.addMembers(ctor) }); err != nil {
		return err
	}
	obj, err := u.vm.create(ctor)
	u.obj, u.vm.Self = obj, obj
	return err
}

// addMembers puts the members that all users have behind the prototype of the class User, as an object that makes them
// when they are first used.
func (vm *VM) addMembers(class *goja.Object) {
	vm.class = class
	root := class
	for p := root.Prototype(); p != nil && given(p.Get("$kind")); p = p.Prototype() {
		root = p
	}
	proto := root.Get("prototype").ToObject(vm.RT)
	members := vm.RT.NewDynamicObject(&lazy{vm: vm, make: vm.Env.Member})
	// Neither call can fail: both objects are extensible.
	_ = members.SetPrototype(proto.Prototype())
	_ = proto.SetPrototype(members)
}

// Constructor is the class of the VM's user; nil in the main VM and before the user exists.
func (vm *VM) Constructor() *goja.Object { return vm.class }

// failed reports an error that ends the user before it could run.
func (u *user) failed(err error) {
	if u.vm.caught(err); u.vm.control(err).ctl == failed {
		u.vm.report(err)
		u.vm.Env.Trouble(UserDied)
	}
}

// frame is a user or task set that is running: what chooses the next task.
type frame struct {
	obj   *goja.Object
	class *goja.Object // of obj
	list  *taskList
	fns   []goja.Callable // of the tasks in list, found when they first run
	user  *frame          // the user's own frame; nil in that one
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
		if vm.leaving() {
			return outcome{ctl: stopUser}
		}
		i, fn := f.next()
		out := vm.execute(f, i, fn)
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

// ended turns the end of a call into an outcome, after what was left for the end of the task.
func (vm *VM) ended(err error) outcome {
	if vm.damaged || uncatchable(err) {
		vm.repair()
	}
	if e := vm.settleOpen(); err == nil {
		err = e
	}
	for _, fn := range vm.taskEnd {
		fn()
	}
	vm.taskEnd = vm.taskEnd[:0]
	out := vm.control(err)
	if out.ctl == failed {
		vm.report(err)
	}
	vm.caught(err)
	vm.Block()
	for p := range vm.rejected {
		delete(vm.rejected, p)
		vm.Stray(vm.thrown(p.Result()))
	}
	return out
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

// perform calls an optional method by either of its names.
func (vm *VM) perform(obj *goja.Object, names ...string) outcome {
	var fn goja.Callable
	err := vm.Guard(func() { fn = method(obj, names...) })
	if err == nil && fn == nil {
		return outcome{}
	}
	if err == nil {
		vm.Unblock()
		_, err = vm.Call(fn, obj)
	}
	return vm.ended(err)
}

// method gives the first of an object's members that is a function; nil if none is. It may throw.
func method(o *goja.Object, names ...string) goja.Callable {
	if o == nil {
		return nil
	}
	for _, name := range names {
		if fn, ok := goja.AssertFunction(o.Get(name)); ok {
			return fn
		}
	}
	return nil
}

// waitBetween is the wait after a task; false means that the user is to leave.
func (vm *VM) waitBetween(f *frame) bool {
	d, err := vm.waitTime(f)
	if err != nil {
		if vm.ended(err).ctl == stopUser {
			return false
		}
		d = time.Second // a broken waitTime must not make a busy loop
	}
	return vm.pause(d)
}

// Stack is script.Stack for an error of this VM, whatever getters the thrown object has.
func (vm *VM) Stack(err error) (message, traceback string) {
	if vm.Guard(func() { message, traceback = script.Stack(err) }) != nil {
		message = "an object was thrown that cannot be looked at"
		traceback = message
	}
	return short(message, 2<<10), short(traceback, 16<<10)
}

// short cuts what a script can make as long as it likes.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// report counts an uncaught error of the script and tells the listeners and the log.
func (vm *VM) report(err error) {
	message, traceback := vm.Stack(err)
	vm.Env.Recorder.Exception(stats.Exception{Message: message, Traceback: traceback, At: time.Now()})
	vm.Env.logTrace(traceback)
	if vm.Listens("userError") {
		e := vm.RT.NewObject()
		_ = e.Set("error", message)
		_ = e.Set("traceback", traceback)
		_ = e.Set("user", vm.Self)
		_ = vm.Fire("userError", e) // the user is past its task: nothing is left to steer
	}
}
