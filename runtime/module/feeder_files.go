package module

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// csv is shared.csv(file, options).
func (v *sharedVM) csv(call goja.FunctionCall) goja.Value {
	name := v.nameOf(call, "csv", "the file's path")
	opt := v.options(call.Argument(1), "csv")
	return v.fileFeeder("csv", name, opt, func(data []byte) (rows, error) { return parseCSV(name, data, opt.csv) })
}

// json is shared.json(file, options): the file is an array of anything.
func (v *sharedVM) json(call goja.FunctionCall) goja.Value {
	name := v.nameOf(call, "json", "the file's path")
	opt := v.options(call.Argument(1), "json")
	return v.fileFeeder("json", name, opt, func(data []byte) (rows, error) { return parseJSONArray(name, data) })
}

func (v *sharedVM) fileFeeder(method, name string, opt feederOptions, parse func([]byte) (rows, error)) goja.Value {
	path := name
	if v.host.Resolve != nil {
		path = v.host.Resolve(name)
	}
	source := fmt.Sprintf("%s %q %v", method, path, opt.csv)
	key := fmt.Sprintf("%s %s %s", source, opt.mode, opt.onEnd)
	return v.once(key, func() goja.Value {
		t := lookup(v.Shared, v.tables, source, func() *table { return new(table) })
		t.once.Do(func() { t.rows, t.err = v.load(name, path, parse) })
		if t.err != nil {
			js.Throw(v.vm, "shared.%s: %s", method, t.err)
		}
		return v.feederObject(&feeder{sharedVM: v, rows: t.rows, name: name, key: key, mode: opt.mode, onEnd: opt.onEnd})
	})
}

func (s *Shared) load(name, path string, parse func([]byte) (rows, error)) (rows, error) {
	data, err := s.readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no file %s", name, path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > 1<<32-1 { // rows are found by 32-bit offsets
		return nil, fmt.Errorf("%s: larger than 4 GB", name)
	}
	return parse(data)
}

// array is shared.array(name, make, options): the rows are what make returns in
// whichever VM asks first, as JSON. The others wait for it. An error is thrown
// to the script and the next VM tries again.
func (v *sharedVM) array(call goja.FunctionCall) goja.Value {
	name := v.nameOf(call, "array", "the array's name")
	f, ok := goja.AssertFunction(call.Argument(1))
	if !ok {
		js.ThrowType(v.vm, "shared.array(%q): the second argument must be a function that returns the array", name)
	}
	opt := v.options(call.Argument(2), "array")
	key := "array " + quote(name) + " " + opt.mode + " " + opt.onEnd
	return v.once(key, func() goja.Value {
		where := fmt.Sprintf("shared.array(%q)", name)
		rows := v.build(name, where, f)
		return v.feederObject(&feeder{sharedVM: v, rows: rows, name: where, key: key, mode: opt.mode, onEnd: opt.onEnd})
	})
}

func (v *sharedVM) build(name, where string, f goja.Callable) rows {
	if v.inside[name] {
		js.Throw(v.vm, "%s: its function asks for the array that it is about to make", where)
	}
	if len(v.inside) == 0 { // else this VM holds the lock already
		v.building.Lock()
		defer v.building.Unlock()
	}
	t := lookup(v.Shared, v.tables, "array "+name, func() *table { return new(table) })
	if t.rows != nil {
		return t.rows
	}
	v.inside[name] = true
	defer delete(v.inside, name)
	t.rows = v.freeze(must(f(goja.Undefined())), where)
	return t.rows
}

// freeze turns a JS array into rows.
func (v *sharedVM) freeze(value goja.Value, where string) rows {
	o, ok := value.(*goja.Object)
	if ok && o.ExportType() == js.PromiseType {
		js.ThrowType(v.vm, "%s: the function must not be async", where)
	}
	if !ok || o.ClassName() != "Array" {
		js.ThrowType(v.vm, "%s: the function must return an array", where)
	}
	n := int(o.Get("length").ToInteger())
	if n == 0 {
		js.Throw(v.vm, "%s: the array is empty", where)
	}
	frozen := &jsonRows{ends: make([]uint32, 0, 2*min(n, 1<<20))}
	for i := range n {
		frozen.add(v.toJSON(o.Get(itoa(i)), fmt.Sprintf("%s: item %d", where, i)))
		if len(frozen.text) > 1<<32-1 {
			js.Throw(v.vm, "%s: larger than 4 GB", where)
		}
	}
	return frozen
}
