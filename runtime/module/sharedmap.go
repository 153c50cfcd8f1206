package module

import (
	"slices"
	"sync"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// sharedMap is a map of JSON texts.
type sharedMap struct {
	mu      sync.RWMutex
	entries map[string]entry
	version uint64 // of the latest change; no two entries ever have the same
}

type entry struct {
	json    string
	version uint64 // 0: there is none
}

func (m *sharedMap) get(key string) entry {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.entries[key]
}

func (m *sharedMap) set(key, json string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.version++
	m.entries[key] = entry{json, m.version}
}

// swap sets the key, unless somebody has since old was read.
func (m *sharedMap) swap(key string, old entry, json string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[key].version != old.version {
		return false
	}
	m.version++
	m.entries[key] = entry{json, m.version}
	return true
}

func (m *sharedMap) remove(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.entries[key]
	delete(m.entries, key)
	return ok
}

func (m *sharedMap) keys() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	keys := make([]string, 0, len(m.entries))
	for key := range m.entries {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (m *sharedMap) size() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.entries)
}

// sharedMap is shared.map(name): get, set, has, delete, update, size and keys
// (sorted). Values are what JSON can say; each call is atomic.
func (v *sharedVM) sharedMap(call goja.FunctionCall) goja.Value {
	name := v.nameOf(call, "map", "the map's name")
	return v.once("map "+name, func() goja.Value {
		m := lookup(v.Shared, v.maps, name, func() *sharedMap { return &sharedMap{entries: map[string]entry{}} })
		return v.mapObject(name, m)
	})
}

func (v *sharedVM) mapObject(name string, m *sharedMap) goja.Value {
	o := v.vm.NewObject()
	where := func(method string) string { return "shared.map(" + quote(name) + ")." + method }
	def := func(method_ string, length int, f func(key string, call goja.FunctionCall) goja.Value) {
		js.Method(v.vm, o, method_, length, func(call goja.FunctionCall) goja.Value {
			return f(v.keyOf(call, where(method_)), call)
		})
	}
	def("get", 1, func(key string, _ goja.FunctionCall) goja.Value { return v.parse(m.get(key)) })
	def("has", 1, func(key string, _ goja.FunctionCall) goja.Value { return v.vm.ToValue(m.get(key).version > 0) })
	def("delete", 1, func(key string, _ goja.FunctionCall) goja.Value { return v.vm.ToValue(m.remove(key)) })
	def("set", 2, func(key string, call goja.FunctionCall) goja.Value {
		m.set(key, v.toJSON(call.Argument(1), where("set")))
		return o
	})
	def("update", 2, func(key string, call goja.FunctionCall) goja.Value {
		f, ok := goja.AssertFunction(call.Argument(1))
		if !ok {
			js.ThrowType(v.vm, "%s: the second argument must be a function", where("update"))
		}
		return v.update(m, key, f, where("update"))
	})
	js.Method(v.vm, o, "keys", 0, func(goja.FunctionCall) goja.Value {
		keys := m.keys()
		values := make([]any, len(keys))
		for i, key := range keys {
			values[i] = key
		}
		return v.vm.NewArray(values...)
	})
	js.Accessor(v.vm, o, "size", func(goja.FunctionCall) goja.Value { return v.vm.ToValue(m.size()) }, nil)
	return o
}

// update replaces a value by f's result for it. No lock is held while f runs,
// so f may use the map; if another user changes the value meanwhile, f is
// called again with the new one.
func (v *sharedVM) update(m *sharedMap, key string, f goja.Callable, where string) goja.Value {
	for {
		old := m.get(key)
		text := v.toJSON(must(f(goja.Undefined(), v.parse(old))), where)
		if m.swap(key, old, text) {
			return v.parse(entry{json: text, version: 1})
		}
	}
}

func (v *sharedVM) keyOf(call goja.FunctionCall, where string) string {
	key := call.Argument(0)
	switch js.TypeName(key) {
	case "string", "number":
		return key.String()
	}
	js.ThrowType(v.vm, "%s: the key must be a string or a number", where)
	return ""
}

func (v *sharedVM) parse(e entry) goja.Value {
	if e.version == 0 {
		return goja.Undefined()
	}
	return js.KnownJSON(v.vm, e.json)
}

// toJSON throws for what JSON cannot say.
func (v *sharedVM) toJSON(value goja.Value, where string) string {
	if o, ok := value.(*goja.Object); ok && o.ExportType() == js.PromiseType {
		js.ThrowType(v.vm, "%s: the value is a promise; await it first", where)
	}
	text := must(v.mustHave("JSON.stringify")(goja.Undefined(), value))
	if goja.IsUndefined(text) {
		js.ThrowType(v.vm, "%s: undefined, functions and symbols cannot be shared", where)
	}
	return text.String()
}

func (v *sharedVM) mustHave(path string) goja.Callable {
	f := v.function(path)
	if f == nil {
		js.ThrowType(v.vm, "%s is not a function: the script has replaced it", path)
	}
	return f
}
