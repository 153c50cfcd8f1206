// Package webcrypto is the global crypto of the web platform (https://w3c.github.io/webcrypto/): random values, and subtle
// with its keys. All that scripts see of it belongs to the goroutine that runs the VM.
package webcrypto

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Async runs work in a goroutine of its own and then done in the VM's, unless the user has left by then. What done returns
// is what resolving a promise returned: an error that no script can catch.
type Async func(work func(), done func() error)

// New makes the object crypto of a VM. Each of its members is made when a script first uses it. With async, what takes long
// (making RSA keys, PBKDF2) leaves the VM free meanwhile; without, everything is done at once.
func New(rt *goja.Runtime, async Async) goja.Value {
	var class *goja.Object
	keys := func() *goja.Object {
		if class == nil {
			class = keyClass(rt)
		}
		return class
	}
	names := []string{"getRandomValues", "randomUUID", "subtle", "CryptoKey"}
	return js.NewLazy(rt, js.Lazy{Names: names, Build: func(name string) goja.Value {
		switch name {
		case "getRandomValues":
			return js.Function(rt, name, 1, func(call goja.FunctionCall) goja.Value {
				fillRandom(rt, call.Argument(0))
				return call.Argument(0)
			})
		case "randomUUID":
			return js.Function(rt, name, 0, func(goja.FunctionCall) goja.Value { return rt.ToValue(newUUID()) })
		case "subtle":
			return newSubtle(rt, async, keys)
		default: // CryptoKey: a global on the web, a member here as in k6, so that it is one class
			return keys()
		}
	}})
}
