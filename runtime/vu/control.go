package vu

import (
	"errors"

	"github.com/dop251/goja"
)

// ctl is how a call of the script ended.
type ctl int

const (
	goOn          ctl = iota // it returned
	failed                   // it threw an ordinary error: an exceptions row
	reschedule               // RescheduleTask: go on after the wait
	rescheduleNow            // RescheduleTaskImmediately: go on without it
	interrupt                // InterruptTaskSet: leave the innermost task set
	stopUser                 // StopUser, StopTest, or a hard stop
)

type outcome struct {
	ctl        ctl
	reschedule bool // with interrupt: the parent chooses its next task at once
}

// control reads how a call ended from its error. The script's control exceptions carry $control (js/user.js).
func (vm *VM) control(err error) outcome {
	if err == nil {
		return outcome{}
	}
	if vm.Killed() {
		return outcome{ctl: stopUser} // whatever the error is, the hard stop is its cause
	}
	ex, ok := err.(*goja.Exception) // not errors.As, see uncatchable
	if !ok {
		return outcome{ctl: failed}
	}
	o, ok := ex.Value().(*goja.Object)
	if !ok {
		return outcome{ctl: failed}
	}
	out := outcome{ctl: failed}
	if vm.Guard(func() { out = vm.controlOf(o) }) != nil {
		return outcome{ctl: failed}
	}
	return out
}

// Steers says that an error is a control exception or a hard stop: nothing went wrong, somebody ends something.
func (vm *VM) Steers(err error) bool { return vm.control(err).ctl > failed }

func (vm *VM) controlOf(o *goja.Object) outcome {
	c := o.Get("$control")
	if c == nil {
		return outcome{ctl: failed}
	}
	switch c.String() {
	case "stopTest":
		vm.Env.Stop("StopTest was thrown" + reason(o))
		return outcome{ctl: stopUser}
	case "stopUser":
		return outcome{ctl: stopUser}
	case "reschedule":
		return outcome{ctl: reschedule}
	case "rescheduleNow":
		return outcome{ctl: rescheduleNow}
	case "interrupt":
		return outcome{ctl: interrupt, reschedule: o.Get("reschedule").ToBoolean()}
	}
	return outcome{ctl: failed}
}

func reason(o *goja.Object) string {
	if m := o.Get("message"); m != nil && m.String() != "" {
		return ": " + m.String()
	}
	return ""
}

// StopUser throws the control exception that ends the user; natives call it in place of a return.
func (vm *VM) StopUser(reason string) {
	o := vm.RT.NewGoError(errors.New(reason))
	_ = o.Set("$control", "stopUser")
	_ = o.Set("name", "StopUser")
	panic(o)
}
