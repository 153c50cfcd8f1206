package k6

import (
	"errors"
	"fmt"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// Once is a VM of its own for one of the functions that a script may export besides its iterations: setup, teardown,
// handleSummary. Its methods but Kill belong to one goroutine.
type Once struct {
	vm *vu.VM
	s  *State
}

// NewOnce makes the VM; Load is to follow.
func NewOnce(env *vu.Env) *Once {
	vm := vu.New(env, 0)
	return &Once{vm: vm, s: stateOf(vm)}
}

// Kill ends what runs in it. Any goroutine may call it.
func (o *Once) Kill() { o.vm.Kill() }

// End gives back what the VM holds.
func (o *Once) End() { o.vm.End() }

// Call runs the script's top level in the VM and then the function of that name with data, which is JSON, as its
// argument; nil is none. group is that of its samples. The result is made of what the function gave.
func (o *Once) Call(name, group string, data []byte, result func(v goja.Value) error) error {
	if err := o.vm.Load(); err != nil {
		return err
	}
	o.s.phase = inSetup
	o.s.setGroup(group)
	fn, ok := o.vm.Function(name)
	if !ok {
		return fmt.Errorf("%s is exported, but is not a function", name)
	}
	var args []goja.Value
	if data != nil {
		args = append(args, o.s.parseJSON(data))
	}
	v, err := o.vm.Perform(fn, args...)
	o.s.transferred()
	if err != nil {
		return err
	}
	if v, err = o.vm.Await(v); err != nil {
		return err
	}
	if e := o.vm.Guard(func() { err = result(v) }); e != nil {
		return e
	}
	return err
}

// ErrNotJSON says that a value cannot be written as JSON.
var ErrNotJSON = errors.New("what it returned cannot be written as JSON")

// JSON gives what setup returned: text that each user makes its own copy of; nil for undefined.
func (o *Once) JSON(v goja.Value) ([]byte, error) {
	if js.Missing(v) {
		return nil, nil
	}
	stringify, _ := goja.AssertFunction(o.vm.RT.GlobalObject().Get("JSON").ToObject(o.vm.RT).Get("stringify"))
	text, err := stringify(goja.Undefined(), v)
	if err != nil || js.Missing(text) {
		return nil, ErrNotJSON
	}
	return []byte(text.String()), nil
}

// Output is one of the files that handleSummary wants written.
type Output struct {
	Name    string // "stdout", "stderr" or a path
	Content []byte
}

// Outputs reads what handleSummary returned: an object of names and contents.
func (o *Once) Outputs(v goja.Value) (list []Output, err error) {
	if !js.Given(v) {
		return nil, nil
	}
	all, ok := v.(*goja.Object)
	if !ok {
		return nil, fmt.Errorf("handleSummary gave %v: it must give an object of file names and contents", v)
	}
	for _, name := range all.Keys() {
		content := all.Get(name)
		b, isBytes := js.BytesOf(content)
		if !isBytes {
			if js.IsObject(content) {
				return nil, fmt.Errorf("handleSummary gave an object as the content of %q: it must be text or an ArrayBuffer", name)
			}
			b = []byte(content.String())
		}
		list = append(list, Output{name, append([]byte(nil), b...)})
	}
	return list, nil
}
