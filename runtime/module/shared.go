package module

import (
	"sync"
	"sync/atomic"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Shared is the data that all users of a run share: rows of files, counters,
// maps and arrays. It is Go data; a VM gets a copy of the row or value it asks
// for. Safe for any number of VMs in their own goroutines.
//
// Index and Of split the rows of the modes unique and loop over several
// processes: the cursor's i-th step takes row Index + i*Of. Set them before the
// first VM starts; counters and maps are not split.
type Shared struct {
	Index, Of int

	readFile func(path string) ([]byte, error)

	mu       sync.Mutex // guards the maps, not what they point to
	tables   map[string]*table
	cursors  map[string]*atomic.Int64
	counters map[string]*atomic.Int64
	maps     map[string]*sharedMap

	// building is held while a VM runs the function of shared.array. It is one
	// lock for all names: functions that need each other's arrays would wait
	// for ever with two.
	building sync.Mutex
}

// table is rows that are made once.
type table struct {
	once sync.Once
	rows rows
	err  error
}

// rows is a parsed file or array. Safe for concurrent use.
type rows interface {
	len() int
	// row makes the JS value of row i, a new one each time.
	row(v *sharedVM, i int) goja.Value
}

// NewShared returns the data of one run. readFile reads a whole file; it is
// called once a file, from the goroutine of the first user that names it.
func NewShared(readFile func(path string) ([]byte, error)) *Shared {
	return &Shared{
		Of:       1,
		readFile: readFile,
		tables:   map[string]*table{},
		cursors:  map[string]*atomic.Int64{},
		counters: map[string]*atomic.Int64{},
		maps:     map[string]*sharedMap{},
	}
}

// Host is what the shared object of one VM needs from the user who owns the VM.
type Host struct {
	// Resolve turns a path as the script wrote it into that of a file, nil for
	// paths that need no change.
	Resolve func(path string) string
	// Exhausted is called when a feeder of mode unique has no more rows and is
	// to stop the user. It should not return but throw what stops a user; if it
	// returns, or is nil, an Error is thrown.
	Exhausted func(msg string)
}

// sharedVM is the script's view of a Shared in one VM.
type sharedVM struct {
	*Shared
	*intrinsics
	host      Host
	objects   map[string]goja.Value // feeders, counters and maps made so far
	positions map[string]int        // of mode sequential, by feeder
	inside    map[string]bool       // arrays whose functions are running
}

// Object is the script's `shared` in one VM: csv, json, array, counter, map.
// Each user has its own VM, so a position that is kept per VM is the user's.
func (s *Shared) Object(vm *goja.Runtime, host Host) goja.Value {
	v := &sharedVM{
		Shared: s, intrinsics: &intrinsics{vm: vm, cache: map[string]goja.Callable{}}, host: host,
		objects: map[string]goja.Value{}, positions: map[string]int{}, inside: map[string]bool{},
	}
	methods := []string{"csv", "json", "array", "counter", "map"}
	return js.NewLazy(vm, js.Lazy{Names: methods, Build: func(name string) goja.Value {
		switch name {
		case "csv":
			return js.Function(vm, name, 2, v.csv)
		case "json":
			return js.Function(vm, name, 2, v.json)
		case "array":
			return js.Function(vm, name, 3, v.array)
		case "counter":
			return js.Function(vm, name, 2, v.counter)
		}
		return js.Function(vm, name, 1, v.sharedMap)
	}})
}

// once returns what was made for the key in this VM before, or makes it.
func (v *sharedVM) once(key string, make func() goja.Value) goja.Value {
	if o, ok := v.objects[key]; ok {
		return o
	}
	o := make()
	v.objects[key] = o
	return o
}

// nameOf is the first argument, which has to be a text.
func (v *sharedVM) nameOf(call goja.FunctionCall, method, what string) string {
	name := call.Argument(0)
	if js.TypeName(name) != "string" || name.String() == "" {
		js.ThrowType(v.vm, "shared.%s: the first argument must be %s", method, what)
	}
	return name.String()
}

// lookup returns m's entry for the key, a new one if there is none.
func lookup[T any](s *Shared, m map[string]*T, key string, make func() *T) *T {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := m[key]
	if entry == nil {
		entry = make()
		m[key] = entry
	}
	return entry
}

// counter is shared.counter(name, start): next, add and value, atomic.
func (v *sharedVM) counter(call goja.FunctionCall) goja.Value {
	name := v.nameOf(call, "counter", "the counter's name")
	var start int64
	if arg := call.Argument(1); !js.Missing(arg) {
		n, ok := js.Whole(arg)
		if !ok {
			js.ThrowType(v.vm, "shared.counter(%q): the start must be a whole number", name)
		}
		start = n
	}
	return v.once("counter "+name, func() goja.Value {
		c := lookup(v.Shared, v.counters, name, func() *atomic.Int64 {
			c := new(atomic.Int64)
			c.Store(start)
			return c
		})
		return v.counterObject(name, c)
	})
}

func (v *sharedVM) counterObject(name string, c *atomic.Int64) goja.Value {
	return js.NewLazy(v.vm, js.Lazy{
		Names: []string{"next", "add", "value"},
		Live: func(member string) goja.Value {
			if member == "value" {
				return v.vm.ToValue(c.Load())
			}
			return nil
		},
		Build: func(member string) goja.Value {
			if member == "next" {
				return js.Function(v.vm, member, 0, func(goja.FunctionCall) goja.Value { return v.vm.ToValue(c.Add(1)) })
			}
			return js.Function(v.vm, member, 1, func(call goja.FunctionCall) goja.Value {
				n, ok := js.Whole(call.Argument(0))
				if !ok {
					js.ThrowType(v.vm, "shared.counter(%q).add: the argument must be a whole number", name)
				}
				return v.vm.ToValue(c.Add(n))
			})
		},
	})
}
