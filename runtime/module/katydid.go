// Package module is what a script can import and the globals it finds, one file a thing. Each is built when a VM first
// uses it, once per VM: a user pays for what its script touches.
package module

import (
	"embed"
	"io/fs"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/script"
	"katydid/runtime/vu"
	"katydid/stats"
)

//go:embed js/*.js
var sources embed.FS

// Model is the script that the main VM runs to read user classes; see vu.Env.Model.
//
//go:embed js/model.js
var Model string

// Builtins are the modules written in JavaScript, for script.Options: the user model, bundled with every script.
func Builtins() map[string]string {
	m := make(map[string]string)
	files, _ := fs.Glob(sources, "js/*.js") // the pattern is well formed, and an embedded file can be read
	for _, f := range files {
		text, _ := sources.ReadFile(f)
		name := strings.TrimSuffix(path.Base(f), ".js")
		switch name {
		case "model": // not for scripts
		case "katydid":
			m[name] = string(text)
		default:
			m["katydid/"+name] = string(text)
		}
	}
	return m
}

// Defines are, for script.Options, the functions of the language that are replaced. A deeply nested text given to goja's
// own JSON.parse overflows the stack, and that ends the process: a server could do it.
func Defines() map[string]string { return map[string]string{"JSON.parse": "$k.parseJSON"} }

// Inert are, for script.Options, the decorators that do nothing in users' VMs; see mark.
func Inert() []string { return []string{"task", "tag", "transition", "transitions"} }

// Run is what the modules of all VMs share. It is filled before the first VM is made and only read afterwards, but for
// what guards itself.
type Run struct {
	Shared  *Shared
	Environ []string
	Options map[string]any // every command-line option by its name in camelCase, for environment.parsedOptions
	// Shape is the name of the load shape, "" without one.
	Shape string
	// StopTimeout in seconds, for environment.
	StopTimeout float64
	// Host is the --host of the command line; "" if the classes' own count.
	Host string
	// Settled grows each time that the three were set anew; that happens while there are no users.
	Settled int
	// Turn says how long a request that is about to be sent has to wait for its turn; nil without a cap.
	Turn func(now time.Time) time.Duration
	// Stats gives the latest snapshot.
	Stats func() *stats.Snapshot
	// State is the run's state in Locust's words: ready, spawning, running, stopping, stopped.
	State func() string
	// Users are the live and the wanted number of virtual users.
	Users func() (live, target int)
	// OnArgument takes a command-line argument that the script declares (main VM, while the script loads).
	OnArgument func(Argument) error
	// ExitCode is environment.processExitCode; noExitCode until a script sets it.
	ExitCode atomic.Int64
	// Interrupted counts the requests that a hard stop ended; they are in no row.
	Interrupted atomic.Int64
	// Main is the main VM once it exists: events of the run and the shape's clock live there.
	Main *vu.Main
	// Console takes what scripts write with console; nil for the log. It is set before any user lives.
	Console func(vu.Level, string)
	// Export gives what modules of other packages export; nil if there are none.
	Export func(vm *vu.VM, name string) goja.Value
	// Born is when the process began to work, for performance.now.
	Born time.Time
	// ReadFile reads a whole file for open, in the goroutine of the VM that asks; nil for os.ReadFile.
	ReadFile func(path string) ([]byte, error)
}

// NoExitCode is the value of Run.ExitCode as long as no script has set one.
const NoExitCode = -1

func runOf(vm *vu.VM) *Run { return vm.Env.Extra.(*Run) }

// local is what the modules keep for one VM.
type local struct {
	client      *client
	environment *goja.Object
	user        *goja.Object // the class User; nil as long as the script has not asked for it
}

func localOf(vm *vu.VM) *local {
	l, ok := vm.Local.(*local)
	if !ok {
		l = &local{}
		vm.Local = l
	}
	return l
}

// Native makes a member of the host object that the modules in js/ use, or what they export; see vu.Env.Native.
func Native(vm *vu.VM, name string) goja.Value {
	rt := vm.RT
	switch name {
	case "get": // seldom: the loader reads members where the modules call this
		return js.Function(rt, "get", 1, func(c goja.FunctionCall) goja.Value { return exported(vm, c.Argument(0).String()) })
	case "environment":
		return environmentOf(vm)
	case "parseJSON":
		return parseJSON(rt)
	case "wait":
		return js.Function(rt, "wait", 1, func(c goja.FunctionCall) goja.Value { vm.Wait(c.Argument(0)); return goja.Undefined() })
	case "schedule":
		return js.Function(rt, "schedule", 3, func(c goja.FunctionCall) goja.Value {
			vm.Schedule(c.Argument(0), c.Argument(1), c.Argument(2).ToBoolean())
			return goja.Undefined()
		})
	case "report":
		return js.Function(rt, "report", 2, func(c goja.FunctionCall) goja.Value { return report(vm, c.Argument(1)) })
	case "measure":
		return js.Function(rt, "measure", 4, func(c goja.FunctionCall) goja.Value { return measure(vm, c) })
	case "shapeTime":
		return js.Function(rt, name, 0, func(goja.FunctionCall) goja.Value { return rt.ToValue(runOf(vm).Main.ShapeTime().Seconds()) })
	case "resetShapeTime":
		return js.Function(rt, name, 0, func(goja.FunctionCall) goja.Value { runOf(vm).Main.ResetShapeTime(); return goja.Undefined() })
	}
	return exported(vm, name)
}

// Member makes a member of all users on its first use; see vu.Env.Member.
func Member(vm *vu.VM, name string) goja.Value {
	rt := vm.RT
	switch name {
	case "client":
		return clientOf(vm)
	case "id":
		return rt.ToValue(vm.ID)
	case "host":
		return rt.ToValue(hostOf(vm))
	case "environment":
		return environmentOf(vm)
	case "rest":
		return clientOf(vm).Get("rest")
	case "wait":
		return js.Function(rt, name, 0, func(c goja.FunctionCall) goja.Value { vm.Wait(c.This); return goja.Undefined() })
	case "stop":
		return js.Function(rt, name, 0, func(goja.FunctionCall) goja.Value {
			vm.StopUser("the script called stop()")
			return nil
		})
	case "report":
		return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value { return report(vm, c.Argument(0)) })
	case "measure":
		return js.Function(rt, name, 3, func(c goja.FunctionCall) goja.Value { return measure(vm, c) })
	}
	return nil
}

// exported makes what the module katydid exports from Go (js/host.js).
func exported(vm *vu.VM, name string) goja.Value {
	switch name {
	case "events":
		return events(vm)
	case "env":
		return Env(vm.RT, runOf(vm).Environ)
	case "shared":
		return sharedOf(vm)
	case "environment":
		return environmentOf(vm)
	case "runner":
		return environmentOf(vm).ToObject(vm.RT).Get("runner")
	case "log":
		return vm.RT.GlobalObject().Get("console")
	case "sleep":
		return js.Function(vm.RT, "sleep", 1, func(c goja.FunctionCall) goja.Value { sleep(vm, c.Argument(0)); return goja.Undefined() })
	case "open":
		return open(vm)
	case "User", "HttpUser":
		return baseClass(vm, name)
	case "task", "tag", "transition", "transitions":
		return decorator(vm, name)
	case "between", "constant", "constantPacing", "constantThroughput":
		return waitTime(vm, name)
	}
	if export := runOf(vm).Export; export != nil {
		if v := export(vm, name); v != nil {
			return v
		}
	}
	return goja.Undefined()
}

// Global makes a global variable on its first use; nil for a name that is none. See vu.Env.Global.
func Global(vm *vu.VM, name string) goja.Value {
	rt := vm.RT
	switch name {
	case "console":
		return Console(rt, printer{vm})
	case "setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate", "queueMicrotask":
		return timers(vm, name)
	case "URL":
		return URL(rt)
	case "URLSearchParams":
		return URLSearchParams(rt)
	case "TextEncoder":
		return TextEncoder(rt)
	case "TextDecoder":
		return TextDecoder(rt)
	case "atob":
		return Atob(rt)
	case "btoa":
		return Btoa(rt)
	case "structuredClone":
		return StructuredClone(rt)
	case "crypto":
		return Crypto(vm)
	case "CryptoKey":
		return rt.GlobalObject().Get("crypto").ToObject(rt).Get(name)
	case "performance":
		return Performance(rt, runOf(vm).Born)
	case "open":
		return open(vm)
	case "global", "self":
		return rt.GlobalObject() // npm packages look for one of these
	}
	return nil
}

// printer sends what a script writes with console to the log.
type printer struct{ vm *vu.VM }

// Print implements Printer.
func (p printer) Print(level Level, text string) {
	to := map[Level]vu.Level{Debug: vu.Debug, Info: vu.Info, Warn: vu.Warning, Error: vu.Error}
	log := p.vm.Env.Log
	if console := runOf(p.vm).Console; console != nil {
		log = console
	}
	log(to[level], text)
}

// sharedOf makes the shared object of a VM.
func sharedOf(vm *vu.VM) goja.Value {
	return runOf(vm).Shared.Object(vm.RT, Host{
		Resolve: func(p string) string {
			if full, err := vm.Env.Script.ResolveFrom(script.CallerDir(vm.RT, vm.Env.Script), p); err == nil {
				return full
			}
			return p
		},
		Exhausted: func(msg string) {
			vm.Env.Log(vu.Info, "a user stops: "+msg)
			vm.StopUser(msg)
		},
	})
}
