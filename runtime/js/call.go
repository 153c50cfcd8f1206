package js

import "github.com/dop251/goja"

// Must returns what a function of the script gave to a native that called it. An error is what the function threw, or
// the end of the VM: it goes on to the native's own caller.
func Must(v goja.Value, err error) goja.Value {
	if err != nil {
		panic(err)
	}
	return v
}
