package module

import (
	"sync"

	"github.com/dop251/goja"

	"katydid/runtime/vu"
	"katydid/runtime/webcrypto"
)

// Crypto is the global crypto of a user. What takes long there leaves the user's other callbacks free to run, and a hard
// stop does not wait for it.
func Crypto(vm *vu.VM) goja.Value {
	return webcrypto.New(vm.RT, func(work func(), done func() error) {
		finish := vm.Async()
		var once sync.Once // either the work is over or the hard stop comes
		forget := vm.OnKill(func() { once.Do(func() { finish(func() {}) }) })
		go func() {
			work()
			once.Do(func() {
				finish(func() {
					forget()
					if !vm.Killed() && !vm.Left() {
						vm.Stray(done())
					}
				})
			})
		}()
	})
}
