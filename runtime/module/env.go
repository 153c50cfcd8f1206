package module

import (
	"runtime"
	"sort"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Env is the script's `env`: the process environment (as os.Environ gives it),
// read-only, one string a name, undefined for a name that is not set.
//
// The credentials of the results store are hidden: SAS_TOKEN, KATYDID_EXPORT, LOCUST_EXPORT,
// GOOGLE_APPLICATION_CREDENTIALS and everything that begins with AWS_ or
// AZURE_. A script has no use for them, and it prints and sends what it sees.
// Nothing else is hidden, whatever its name: API_TOKEN is how a script logs in.
func Env(vm *goja.Runtime, environ []string) goja.Value {
	vars := make(map[string]string, len(environ))
	for _, pair := range environ {
		name, value, ok := strings.Cut(pair, "=")
		if ok && name != "" && !Credential(name) {
			vars[name] = value
		}
	}
	return vm.NewDynamicObject(&environment{vm, vars})
}

// Credential tells the variables that scripts must not see: see Env.
func Credential(name string) bool {
	if runtime.GOOS == "windows" { // where names have no case
		name = strings.ToUpper(name)
	}
	switch name {
	case "SAS_TOKEN", "KATYDID_EXPORT", "LOCUST_EXPORT", "GOOGLE_APPLICATION_CREDENTIALS":
		return true
	}
	return strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "AZURE_")
}

type environment struct {
	vm   *goja.Runtime
	vars map[string]string
}

func (e *environment) Get(key string) goja.Value {
	if value, ok := e.vars[key]; ok {
		return e.vm.ToValue(value)
	}
	return nil
}

func (e *environment) Has(key string) bool {
	_, ok := e.vars[key]
	return ok
}

func (e *environment) Set(key string, _ goja.Value) bool {
	js.ThrowType(e.vm, "env is read-only: cannot set %q", key)
	return false
}

func (e *environment) Delete(key string) bool {
	js.ThrowType(e.vm, "env is read-only: cannot delete %q", key)
	return false
}

func (e *environment) Keys() []string {
	keys := make([]string, 0, len(e.vars))
	for key := range e.vars {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
