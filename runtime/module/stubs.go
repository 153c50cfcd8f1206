package module

import (
	"github.com/dop251/goja"
)

func StructuredClone(vm *goja.Runtime) goja.Value { return goja.Undefined() }
