package vu

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dop251/goja"
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
	u.settle()
}

// settle waits for the requests that the script has sent without waiting for them: they count. After a hard stop they
// are ended instead.
func (u *user) settle() {
	u.mu.Lock()
	u.parting = false // from here on kill is Kill again
	late := u.guard != nil
	if late {
		u.guard.Stop()
	}
	u.mu.Unlock()
	if late {
		u.vm.Kill()
	}
	u.vm.drain()
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
	if vm.seat != nil {
		vm.seat.Built()
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
	u.vm.Born = time.Now()
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

// waitBetween is the wait after a task; false means that the user is to leave. In an open run there is none: when
// something starts is the plan's business.
func (vm *VM) waitBetween(f *frame) bool {
	if vm.seat != nil {
		return !vm.leaving()
	}
	vm.Unblock()
	d, err := vm.waitTime(f)
	if err == nil {
		vm.Block()
	} else {
		if vm.ended(err).ctl == stopUser {
			return false
		}
		d = time.Second // a broken waitTime must not make a busy loop
	}
	return vm.pause(d)
}
