package script

import (
	"bytes"

	"github.com/dop251/goja"
)

// Call evaluates the bundle in vm with the host object and returns what its
// function returns: undefined, or a promise if Async. Once per VM. The error is
// what the script's top level threw, or an interruption.
func (s *Script) Call(vm *goja.Runtime, host goja.Value) (goja.Value, error) {
	return s.call(vm, s.Program, host)
}

// CallUser is Call for the VM of a user.
func (s *Script) CallUser(vm *goja.Runtime, host goja.Value) (goja.Value, error) {
	return s.call(vm, s.User, host)
}

func (s *Script) call(vm *goja.Runtime, prg *goja.Program, host goja.Value) (goja.Value, error) {
	return s.callWith(vm, prg, host, nil)
}

// callWith is call with a function that takes the value of Options.entry.
func (s *Script) callWith(vm *goja.Runtime, prg *goja.Program, host, module goja.Value) (goja.Value, error) {
	fn, err := vm.RunProgram(prg)
	if err != nil {
		return nil, err
	}
	call, _ := goja.AssertFunction(fn)
	n := s.needs[prg]
	if n == (needs{}) && module == nil {
		return call(goja.Undefined(), host)
	}
	args := []goja.Value{host, goja.Undefined(), goja.Undefined(), goja.Undefined(), module}
	if n.symbol {
		args[1] = vm.ToValue(symbolOf)
	}
	if n.meta {
		args[2] = s.metaOf(vm)
	}
	if n.require {
		args[3] = s.requireOf(vm, host)
	}
	return call(goja.Undefined(), args...)
}

// needs are the parameters of the bundle's function, after the host object, that its code has a use for.
type needs struct{ symbol, meta, require bool }

func needsOf(code []byte) needs {
	has := func(name string) bool { return bytes.Contains(code, []byte(name)) }
	return needs{has("Symbol"), has("$meta"), has("$lookup")}
}
