// Package vu is one virtual user: one goja VM, one goroutine, one event loop, and the life of the user in it
// (onStart, tasks, waits, onStop) by Locust's rules. A Crowd starts and stops many of them.
//
// What a script can import is not here: the package gets it through Env.Native and Env.Global.
package vu

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/bridge"
	"katydid/runtime/script"
	"katydid/stats"
)

// Level is the severity of a log line.
type Level int

// The levels, in Python's order, because --loglevel has Python's names.
const (
	Debug Level = iota
	Info
	Warning
	Error
	Critical
)

// Env is what all users of a run share. It is filled before the first VM is made and only read afterwards;
// everything it points to may be used from any goroutine.
type Env struct {
	Script   *script.Script
	Recorder *stats.Recorder
	// Metrics counts the requests of native users in k6's metrics; nil if nobody asks for them.
	Metrics *metrics.Engine
	Classes []Class
	// Log writes one line to the log.
	Log func(Level, string)
	// Redact takes out of a text what must not be shown (secrets); nil shows everything.
	Redact func(text string) string
	// Native makes the member name of the host object $k that the built-in modules use; nil if there is none.
	// It is called once per VM and name, in the VM's goroutine.
	Native func(vm *VM, name string) goja.Value
	// Member makes the member name that all users have (client, wait, ...); nil if there is none. Called as Native is.
	Member func(vm *VM, name string) goja.Value
	// Model is a script whose value is the function that reads a user class; see tasksOf.
	Model string
	// Global makes the global variable name (console, URL, ...) on its first use; nil if there is none.
	Global func(vm *VM, name string) goja.Value
	// Live makes the global variable name (__ITER) each time that it is read; nil if there is none, or for a script
	// without such.
	Live func(vm *VM, name string) goja.Value
	// Stop ends the test as soon as it can, as StopTest does; reason goes to the log.
	Stop func(reason string)
	// Trouble notes a reason for a non-zero exit code that is in no row of the statistics.
	Trouble func(Trouble)

	Tags, ExcludeTags []string // task filter; nil means all
	// Extra is what the modules themselves share between VMs; this package does not look at it.
	Extra any
	// K6 is what the modules of k6 share between VMs; nor at that.
	K6 any

	traces     sync.Map // tracebacks that were logged
	traceCount atomic.Int64
	crowding   atomic.Int64 // see patience
}

// maxTraces bounds how many different tracebacks are logged; the statistics fold what is beyond their own bound too.
const maxTraces = 500

// logTrace logs a traceback the first time it comes: a thousand users who fail in the same line say it once. How often
// it came is in the statistics.
func (env *Env) logTrace(traceback string) {
	if env.traceCount.Load() >= maxTraces {
		return
	}
	if _, again := env.traces.LoadOrStore(traceback, struct{}{}); !again {
		env.traceCount.Add(1)
		env.Log(Error, traceback)
	}
}

// Class is a user class of the script as the main VM found it.
type Class struct {
	Name   string
	Weight float64
	Fixed  int
	Host   string         // effective host, "" if the class needs none
	Origin *bridge.Origin // Host, parsed; nil without a host
	HTTP   *bridge.Config // the class's own settings, shared by its users; nil for users without a client

	tasks *taskList
}

// Trouble is what went wrong outside of tasks.
type Trouble int

// The kinds of trouble.
const (
	UserDied      Trouble = iota // a user's top level, constructor or onStart threw
	ListenerThrew                // an event listener threw
)

// onStopGrace is how long an onStop may go on when the stop timeout is over or was 0: long enough to log out,
// short enough for the 30 seconds that a platform leaves between SIGTERM and SIGKILL.
const onStopGrace = time.Second
