// Package k6data is the data that the users of a k6 script share: k6/data, k6/experimental/fs and k6/experimental/csv. It
// is kept once in the process, outside of the VMs.
package k6data

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Arrays are the shared arrays of a run by their names. The zero value is ready. Safe for any number of VMs, each in its
// own goroutine.
type Arrays struct {
	named sync.Map // string -> *rows

	// building is held while the function of an array runs. It is one lock for all names: functions that make each
	// other's arrays would wait for ever with two.
	building sync.Mutex
	builder  atomic.Pointer[goja.Runtime] // who holds it
}

// rows are JSON texts, one after the other.
type rows struct {
	text string
	ends []int // in text, of each row
}

// row is the text of row i.
func (r *rows) row(i int) string {
	start := 0
	if i > 0 {
		start = r.ends[i-1]
	}
	return r.text[start:r.ends[i]]
}

// New is the array of that name in one VM. If there is none in the process yet, make's result becomes it; other VMs that
// ask meanwhile wait. What make throws goes on to the script, and the next VM tries again.
func (a *Arrays) New(rt *goja.Runtime, name string, make func() goja.Value) goja.Value {
	if r, ok := a.named.Load(name); ok {
		return newArray(rt, r.(*rows))
	}
	if a.builder.Load() != rt { // a function that makes a second array has the lock already
		a.building.Lock()
		a.builder.Store(rt)
		defer a.building.Unlock()
		defer a.builder.Store(nil)
	}
	r, ok := a.named.Load(name)
	if !ok {
		r, _ = a.named.LoadOrStore(name, collect(rt, name, make()))
	}
	return newArray(rt, r.(*rows))
}

// collect turns a JS array into rows. What JSON cannot say is null.
func collect(rt *goja.Runtime, name string, v goja.Value) *rows {
	o, ok := v.(*goja.Object)
	if ok && o.ExportType() == js.PromiseType {
		js.ThrowType(rt, "SharedArray %q: the function must not be async", name)
	}
	if !ok || o.ClassName() != "Array" {
		js.ThrowType(rt, "SharedArray %q: the function must return an array", name)
	}
	stringify := global(rt, "JSON", "stringify")
	var text strings.Builder
	n := int(o.Get("length").ToInteger())
	r := &rows{ends: make([]int, 0, min(n, 1<<20))}
	for i := range n {
		item := js.Must(stringify(goja.Undefined(), o.Get(rt.ToValue(i).String())))
		if goja.IsUndefined(item) {
			item = goja.Null()
		}
		text.WriteString(item.String())
		r.ends = append(r.ends, text.Len())
	}
	r.text = text.String()
	for i := range n {
		if js.DeepJSON(r.row(i)) {
			js.Throw(rt, "SharedArray %q: item %d: %v", name, i, js.ErrDeepJSON)
		}
	}
	return r
}

// global is a function of the language.
func global(rt *goja.Runtime, object, name string) goja.Callable {
	if o, ok := rt.GlobalObject().Get(object).(*goja.Object); ok {
		if f, ok := goja.AssertFunction(o.Get(name)); ok {
			return f
		}
	}
	js.ThrowType(rt, "%s.%s is not a function: the script has replaced it", object, name)
	return nil
}

// array is rows as one VM sees them: a JS array of frozen values that cannot be written.
type array struct {
	rt     *goja.Runtime
	rows   *rows
	freeze goja.Callable

	// The value read last, at place last-1. Scripts read several properties of one row; one of four columns takes 4 µs
	// to make and freeze.
	last  int
	value goja.Value
}

func newArray(rt *goja.Runtime, r *rows) goja.Value {
	return rt.NewDynamicArray(&array{rt: rt, rows: r, freeze: global(rt, "Object", "freeze")})
}

// Len implements goja.DynamicArray.
func (a *array) Len() int { return len(a.rows.ends) }

// Get implements goja.DynamicArray.
func (a *array) Get(i int) goja.Value {
	if i < 0 || i >= len(a.rows.ends) {
		return nil
	}
	if a.last != i+1 {
		a.value = js.FrozenJSON(a.rt, a.rows.row(i), a.freeze)
		a.last = i + 1
	}
	return a.value
}

// Set implements goja.DynamicArray.
func (a *array) Set(int, goja.Value) bool {
	js.ThrowType(a.rt, "SharedArray is immutable")
	return false
}

// SetLen implements goja.DynamicArray.
func (a *array) SetLen(int) bool { return a.Set(0, nil) }
