package module

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// eventNames are the events by both spellings. request and userError happen in the users' VMs, the others in the main VM.
var eventNames = map[string]string{
	"request": "request", "userError": "userError", "user_error": "userError",
	"init": "init", "initCommandLine": "initCommandLine", "init_command_line": "initCommandLine", "init_command_line_parser": "initCommandLine",
	"testStart": "testStart", "test_start": "testStart", "testStopping": "testStopping", "test_stopping": "testStopping",
	"testStop": "testStop", "test_stop": "testStop", "spawningComplete": "spawningComplete", "spawning_complete": "spawningComplete",
	"quitting": "quitting", "quit": "quit", "resetStats": "resetStats", "reset_stats": "resetStats",
	"cpuWarning": "cpuWarning", "cpu_warning": "cpuWarning", "usageMonitor": "usageMonitor", "usage_monitor": "usageMonitor",
}

// events makes the events object: one hook a name, made when it is read.
func events(vm *vu.VM) goja.Value { return vm.RT.NewDynamicObject(&hooks{vm: vm}) }

type hooks struct {
	vm   *vu.VM
	made map[string]goja.Value
}

// Get implements goja.DynamicObject.
func (h *hooks) Get(key string) goja.Value {
	if v, ok := h.made[key]; ok {
		return v
	}
	event, ok := eventNames[key]
	if !ok {
		return nil
	}
	rt := h.vm.RT
	hook := rt.NewObject()
	on := js.Function(rt, "on", 1, func(c goja.FunctionCall) goja.Value {
		if _, ok := goja.AssertFunction(c.Argument(0)); !ok {
			js.ThrowType(rt, "events.%s.on: the listener must be a function", key)
		}
		h.vm.Listen(event, c.Argument(0))
		return c.Argument(0)
	})
	off := js.Function(rt, "off", 1, func(c goja.FunctionCall) goja.Value {
		h.vm.Unlisten(event, c.Argument(0))
		return goja.Undefined()
	})
	if event == "request" { // Locust's way to report other protocols
		_ = hook.Set("fire", js.Function(rt, "fire", 1, func(c goja.FunctionCall) goja.Value { return report(h.vm, c.Argument(0)) }))
	}
	for name, fn := range map[string]*goja.Object{"on": on, "addListener": on, "add_listener": on, "off": off, "removeListener": off, "remove_listener": off} {
		_ = hook.Set(name, fn)
	}
	if h.made == nil {
		h.made = make(map[string]goja.Value)
	}
	h.made[key] = hook
	return hook
}

// Set implements goja.DynamicObject.
func (h *hooks) Set(string, goja.Value) bool { return false }

// Has implements goja.DynamicObject.
func (h *hooks) Has(key string) bool { _, ok := eventNames[key]; return ok }

// Delete implements goja.DynamicObject.
func (h *hooks) Delete(string) bool { return false }

// Keys implements goja.DynamicObject.
func (h *hooks) Keys() []string { return nil }
