package vu

import (
	"strings"
	"time"

	"katydid/runtime/script"
	"katydid/stats"
)

// Stack is script.Stack for an error of this VM, whatever getters the thrown object has.
func (vm *VM) Stack(err error) (message, traceback string) {
	if vm.Guard(func() { message, traceback = script.Stack(err) }) != nil {
		message = "an object was thrown that cannot be looked at"
		traceback = message
	}
	if redact := vm.Env.Redact; redact != nil {
		message, traceback = redact(message), redact(traceback)
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
