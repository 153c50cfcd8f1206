package module

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// feeder hands out the rows of a table to one VM.
type feeder struct {
	*sharedVM
	rows   rows
	name   string        // for messages: the file as the script wrote it
	key    string        // the same rows handed out in the same way
	mode   string        // unique, sequential, random or loop
	onEnd  string        // of unique: stop, error or undefined
	cursor *atomic.Int64 // of unique and loop: the steps taken by all users
}

func (v *sharedVM) feederObject(f *feeder) goja.Value {
	f.cursor = lookup(v.Shared, v.cursors, f.key, func() *atomic.Int64 { return new(atomic.Int64) })
	return js.NewLazy(v.vm, js.Lazy{Names: []string{"next", "at", "length"}, Build: func(name string) goja.Value {
		switch name {
		case "next":
			return js.Function(v.vm, name, 0, func(goja.FunctionCall) goja.Value { return f.next() })
		case "at":
			return js.Function(v.vm, name, 1, func(call goja.FunctionCall) goja.Value { return f.at(call.Argument(0)) })
		}
		return v.vm.ToValue(f.rows.len())
	}})
}

func (f *feeder) next() goja.Value {
	n := f.rows.len()
	switch f.mode {
	case "random":
		return f.rows.row(f.sharedVM, rand.IntN(n))
	case "sequential":
		i := f.positions[f.key]
		f.positions[f.key] = (i + 1) % n
		return f.rows.row(f.sharedVM, i)
	}
	i := int64(f.Index) + (f.cursor.Add(1)-1)*int64(max(f.Of, 1))
	if f.mode == "loop" {
		return f.rows.row(f.sharedVM, int(i%int64(n)))
	}
	if i >= int64(n) {
		return f.exhausted(n)
	}
	return f.rows.row(f.sharedVM, int(i))
}

func (f *feeder) exhausted(n int) goja.Value {
	msg := fmt.Sprintf("%s: all %d rows have been used", f.name, n)
	switch f.onEnd {
	case "undefined":
		return goja.Undefined()
	case "stop":
		if f.host.Exhausted != nil {
			f.host.Exhausted(msg)
		}
	}
	js.Throw(f.vm, "%s", msg)
	return nil
}

// at is the row at i, counted from the end if i is negative, as Array's at.
func (f *feeder) at(v goja.Value) goja.Value {
	i, ok := js.Whole(v)
	if !ok {
		js.ThrowType(f.vm, "%s: at needs a whole number", f.name)
	}
	n := int64(f.rows.len())
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return goja.Undefined()
	}
	return f.rows.row(f.sharedVM, int(i))
}
