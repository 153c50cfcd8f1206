package module

import (
	"github.com/dop251/goja"

	"katydid/runtime/vu"
)

// The base classes of users are empty: their methods are made by Go behind the prototype when they are first used, see
// vu.Env.Member. A user's VM has the one that its script extends, and nothing of the other.
var (
	userClass     = goja.MustCompile("katydid/user", `(class User {})`, true)
	httpUserClass = goja.MustCompile("katydid/user", `(class HttpUser {})`, true)
	derivedClass  = goja.MustCompile("katydid/user", `((User) => class HttpUser extends User {})`, true)
)

// baseClass makes User or HttpUser. An HttpUser is a User where anybody could ask: in the main VM, and when the script
// imports both, of which User comes first.
func baseClass(vm *vu.VM, name string) goja.Value {
	l := localOf(vm)
	if l.user == nil && (name == "User" || vm.ID == 0) {
		l.user = classOf(vm, userClass)
	}
	if name == "User" {
		return l.user
	}
	class := httpUserClass
	if l.user != nil {
		class = derivedClass
	}
	o := classOf(vm, class)
	_ = o.Set("$http", true) // cannot fail: the class is fresh
	return o
}

// classOf runs a program that gives a class, or a function that makes one from User, and marks it for model.js.
func classOf(vm *vu.VM, prg *goja.Program) *goja.Object {
	v, err := vm.RT.RunProgram(prg)
	if derive, ok := goja.AssertFunction(v); ok && prg == derivedClass {
		v, err = derive(goja.Undefined(), localOf(vm).user)
	}
	vu.Rethrow(vm.RT, err) // a hard stop
	o := v.ToObject(vm.RT)
	_ = o.Set("$kind", "user")
	_ = o.Set("abstract", true)
	return o
}
