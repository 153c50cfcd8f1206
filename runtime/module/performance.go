package module

import (
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Performance is the global `performance`: now() is milliseconds since start,
// with a fraction, on the monotonic clock; timeOrigin is start in milliseconds
// since 1970.
func Performance(vm *goja.Runtime, start time.Time) goja.Value {
	o := vm.NewObject()
	js.Method(vm, o, "now", 0, func(goja.FunctionCall) goja.Value {
		return vm.ToValue(float64(time.Since(start)) / float64(time.Millisecond))
	})
	o.Set("timeOrigin", float64(start.UnixMicro())/1000)
	return o
}
