package vu

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/load"
)

// maxCallStack bounds the depth of calls in a script, as browsers do; without it an endless recursion takes all memory.
// It is twice Python's. Not more, because calls through natives (forEach, sort, getters) lie on Go's stack, and goja
// takes a time that grows with the square of the depth to come back: 0.3 s from 2,000, 7 s from 10,000.
const maxCallStack = 2000

// VM is one goja runtime with its event loop. All methods but Kill belong to the one goroutine that runs it.
type VM struct {
	RT  *goja.Runtime
	Env *Env
	ID  int64 // the user's number in the run, from 1; 0 in the main VM
	// Class is the user's class; nil in the main VM.
	Class *Class
	// Born is when the user came to life: its constantPacing counts from here.
	Born time.Time
	// Self is the instance of the user's class, once it exists.
	Self *goja.Object
	// Local is what the modules keep for this VM; this package does not look at it.
	Local any
	// K6 is what the modules of k6 keep for this VM; nor at that.
	K6 any

	exports   []export
	left      bool         // onStop is over
	class     *goja.Object // of Self
	events    *loop        // made on first use: most users never need one
	timer     *time.Timer  // the one timer of the goroutine; reused by every wait
	listeners map[string][]goja.Value
	rejected  map[*goja.Promise]struct{}
	waits     []nativeWait
	taskEnd   []func()        // run when the current task has ended
	open      []*goja.Promise // of After: the task ends when they have settled
	leave     bool            // a callback threw StopUser
	revived   bool            // see Revived
	damaged   bool            // see repair
	frames    []*frame        // the user and the task sets that are running, outermost first
	seat      *load.Seat      // in an open run; nil in a closed one
	iteration iteration       // of an open run
	onEnd     []func()        // run when the user has ended
	performs  bool            // Perform is running: an error of a callback ends it
	failing   error           // such an error; nil for none

	stopping <-chan struct{} // closed when the user is to leave at its next wait
	busy     atomic.Int64    // since when JavaScript has been running, in ns since the epoch; 0 while it waits for something
	accused  atomic.Bool     // by Crowd.Accuse: say where it was when it was killed

	mu     sync.Mutex // guards the three below
	kill   chan struct{}
	dead   bool
	aborts []*func() // a few; their addresses tell them apart
}

// export is the namespace object of one script file.
type export struct {
	path string
	ns   *goja.Object
}

// key is the export behind a class name: a default export is called after its file, see name.
func (e export) key(class string) string {
	if class == e.name("default") {
		return "default"
	}
	return class
}

// name is what a class is called in reports: its export, or the file's name when it is the default export.
func (e export) name(key string) string {
	if key == "default" {
		return strings.TrimSuffix(filepath.Base(e.path), filepath.Ext(e.path))
	}
	return key
}

// errKilled is the value of the interrupt of a hard stop. Its text is shown only for users who kept a core busy.
var errKilled = errors.New("still running when the user had to stop: is there an endless loop?")

// newVM makes a VM in which nothing has run yet; load runs the script's top level.
func newVM(env *Env, id int64, class *Class, stopping <-chan struct{}) *VM {
	return &VM{RT: goja.New(), Env: env, ID: id, Class: class, stopping: stopping, kill: make(chan struct{})}
}

// load runs the script's top level, to the end of its last await.
func (vm *VM) load() error {
	rt := vm.RT
	rt.SetMaxCallStackSize(maxCallStack)
	rt.SetRandSource(rand.Float64) // goja's own default is one locked source for all VMs
	rt.SetPromiseRejectionTracker(vm.trackRejection)
	vm.lazyGlobals()

	host := rt.NewDynamicObject(&lazy{vm: vm, make: vm.native})
	call := vm.Env.Script.CallUser
	if vm.ID == 0 {
		call = vm.Env.Script.Call
	}
	v, err := call(rt, host)
	if err == nil {
		_, err = vm.Await(v)
	}
	return err
}

// lazyGlobals puts an object that makes console, URL, ... on their first use behind the global object. It costs one
// small allocation per VM; defining the globals themselves would cost a good part of a user's memory.
func (vm *VM) lazyGlobals() {
	global := vm.RT.GlobalObject()
	l := vm.RT.NewDynamicObject(&lazy{vm: vm, make: vm.Env.Global, live: vm.Env.Live})
	// Neither call can fail: both objects are fresh and extensible.
	_ = l.SetPrototype(global.Prototype())
	_ = global.SetPrototype(l)
}

// native is the host object $k: what the bundle itself needs is here, all else belongs to the modules.
func (vm *VM) native(_ *VM, name string) goja.Value {
	if name == "exports" { // exports(namespace, path), once per script file
		return vm.RT.ToValue(func(c goja.FunctionCall) goja.Value {
			vm.exports = append(vm.exports, export{c.Argument(1).String(), c.Argument(0).ToObject(vm.RT)})
			return goja.Undefined()
		})
	}
	return vm.Env.Native(vm, name)
}

// find gives the class that the script exports under name (see Main.Classes); nil if there is none.
func (vm *VM) find(name string) *goja.Object {
	for _, e := range vm.exports {
		if o, ok := e.ns.Get(e.key(name)).(*goja.Object); ok {
			return o
		}
	}
	return nil
}

// OnKill registers a function that ends whatever the VM waits for outside JavaScript (a request in flight).
// Kill calls it from another goroutine; after Kill, OnKill itself does, at once. forget takes it back.
func (vm *VM) OnKill(abort func()) (forget func()) {
	vm.mu.Lock()
	defer vm.mu.Unlock()
	if vm.dead {
		abort()
	}
	vm.aborts = append(vm.aborts, &abort)
	return func() {
		vm.mu.Lock()
		vm.aborts = slices.DeleteFunc(vm.aborts, func(fn *func()) bool { return fn == &abort })
		vm.mu.Unlock()
	}
}

// Hard is closed by the hard stop. To be called in the VM's goroutine; the channel may be waited for in any.
func (vm *VM) Hard() <-chan struct{} { return vm.kill }

// OnEnd registers a function that gives back what the user holds; it runs in the VM's goroutine when the user has ended.
func (vm *VM) OnEnd(fn func()) { vm.onEnd = append(vm.onEnd, fn) }

func (vm *VM) end() {
	for _, fn := range vm.onEnd {
		fn()
	}
	if vm.timer != nil {
		vm.timer.Stop()
	}
}

// Kill is the hard stop: JavaScript is interrupted wherever it is, waits and requests end at once.
// It may be called from any goroutine, any number of times.
func (vm *VM) Kill() {
	vm.mu.Lock()
	defer vm.mu.Unlock()
	if vm.dead {
		return
	}
	vm.dead = true
	vm.RT.Interrupt(errKilled) // before whoever waits wakes up and lets the script go on
	close(vm.kill)
	for _, abort := range vm.aborts {
		(*abort)()
	}
}

// Killed tells whether Kill was called.
func (vm *VM) Killed() bool {
	vm.mu.Lock()
	defer vm.mu.Unlock()
	return vm.dead
}

// Revived tells whether a hard stop is over and onStop is running: what was closed for it stays closed.
func (vm *VM) Revived() bool { return vm.revived }

// revive makes a killed VM usable again, for onStop.
func (vm *VM) revive() {
	vm.mu.Lock()
	defer vm.mu.Unlock()
	if vm.dead {
		vm.dead = false
		vm.revived = true
		vm.kill = make(chan struct{})
		vm.RT.ClearInterrupt()
	}
}

// lazy is a dynamic object whose members are made when they are first read. Most have one or two, for which a map would
// be ten times as large.
type lazy struct {
	vm   *VM
	make func(*VM, string) goja.Value
	live func(*VM, string) goja.Value // of those that change; nil if there are none
	seen []member
}

type member struct {
	name  string
	value goja.Value
}

func (l *lazy) index(key string) int {
	return slices.IndexFunc(l.seen, func(m member) bool { return m.name == key })
}

func (l *lazy) Get(key string) goja.Value {
	if i := l.index(key); i >= 0 {
		return l.seen[i].value
	}
	if l.live != nil {
		if v := l.live(l.vm, key); v != nil {
			return v
		}
	}
	v := l.make(l.vm, key)
	if v != nil {
		l.Set(key, v)
	}
	return v
}

func (l *lazy) Set(key string, v goja.Value) bool {
	if i := l.index(key); i >= 0 {
		l.seen[i].value = v
	} else {
		l.seen = append(l.seen, member{key, v})
	}
	return true
}

func (l *lazy) Has(key string) bool { return l.Get(key) != nil }

func (l *lazy) Delete(key string) bool {
	l.seen = slices.DeleteFunc(l.seen, func(m member) bool { return m.name == key })
	return true
}

func (l *lazy) Keys() []string { return nil }
