package k6data

import (
	"path/filepath"
	"sync"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Files are the files that scripts have opened with k6/experimental/fs, each once in the process. Safe for any number of
// VMs, each in its own goroutine.
type Files struct {
	read   func(path string) ([]byte, error)
	mu     sync.Mutex // held while a file is read
	opened map[string]*content
}

// content is a file and the tables that were made of it.
type content struct {
	path   string
	text   string
	mu     sync.Mutex
	tables map[csvOptions]*rows
}

// NewFiles returns the files of one run. read reads a whole file; it is called once a file that is there.
func NewFiles(read func(path string) ([]byte, error)) *Files {
	return &Files{read: read, opened: map[string]*content{}}
}

func (f *Files) open(path string) (*content, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.opened[path]; c != nil {
		return c, nil
	}
	data, err := f.read(path)
	if err != nil {
		return nil, err
	}
	c := &content{path: path, text: string(data), tables: map[csvOptions]*rows{}}
	f.opened[path] = c
	return c, nil
}

// FSNames are the exports of k6/experimental/fs.
var FSNames = []string{"open", "SeekMode"}

// The values of SeekMode.
const (
	seekStart = iota
	seekCurrent
	seekEnd
)

// FS is the export of k6/experimental/fs of that name, or the module as an object for "default"; nil if there is none.
func (f *Files) FS(rt *goja.Runtime, host Host, name string) goja.Value {
	switch name {
	case "default":
		return object(rt, FSNames, func(name string) goja.Value { return f.FS(rt, host, name) })
	case "open":
		return js.Function(rt, name, 1, func(call goja.FunctionCall) goja.Value {
			return settled(rt, func() goja.Value { return f.file(rt, host, call.Argument(0)) })
		})
	case "SeekMode":
		o := rt.NewObject()
		for value, name := range []string{"Start", "Current", "End"} {
			_ = o.Set(name, value)
		}
		return o
	}
	return nil
}

// settled is a promise of what f returns or throws. The work of these modules is in memory, so it is done at once.
func settled(rt *goja.Runtime, f func() goja.Value) goja.Value {
	promise, resolve, reject := rt.NewPromise()
	var v goja.Value
	if ex := rt.Try(func() { v = f() }); ex != nil {
		_ = reject(ex.Value())
	} else {
		_ = resolve(v)
	}
	return rt.ToValue(promise)
}

// file is an open file in one VM.
type file struct {
	*content
	at int // the place of the next byte to read
}

var fileKey = goja.NewSymbol("file")

func (f *Files) file(rt *goja.Runtime, host Host, path goja.Value) goja.Value {
	if !js.Given(path) || js.ToText(rt, path) == "" {
		js.ThrowType(rt, "open: the first argument must be the path of a file")
	}
	if !host.Init() {
		js.Throw(rt, "open(%q): files are opened in the init context, outside of functions that users run", path.String())
	}
	c, err := f.open(host.Resolve(path.String()))
	if err != nil {
		js.Throw(rt, "open(%q): %v", path.String(), err)
	}
	open := &file{content: c}
	o := rt.NewObject()
	js.Hide(rt, o, fileKey, open)
	_ = o.Set("path", c.path)
	for _, m := range []struct {
		name string
		do   func(rt *goja.Runtime, call goja.FunctionCall) goja.Value
	}{{"read", open.read}, {"seek", open.seek}, {"stat", open.stat}} {
		js.Method(rt, o, m.name, 0, func(call goja.FunctionCall) goja.Value {
			return settled(rt, func() goja.Value { return m.do(rt, call) })
		})
	}
	return o
}

// read fills a Uint8Array and gives the number of bytes, null at the end of the file.
func (f *file) read(rt *goja.Runtime, call goja.FunctionCall) goja.Value {
	if js.TypedArrayName(call.Argument(0)) != "Uint8Array" {
		js.ThrowType(rt, "read: the first argument must be a Uint8Array")
	}
	into, _ := js.BytesOf(call.Argument(0))
	if f.at >= len(f.text) {
		return goja.Null()
	}
	n := copy(into, f.text[f.at:])
	f.at += n
	return rt.ToValue(n)
}

// seek moves to a place counted from SeekMode's and gives it, counted from the start. As in k6, the end is the last byte,
// not the place behind it.
func (f *file) seek(rt *goja.Runtime, call goja.FunctionCall) goja.Value {
	offset, ok := js.Whole(call.Argument(0))
	whence, isMode := js.Whole(call.Argument(1))
	if !ok {
		js.ThrowType(rt, "seek: the first argument must be a whole number of bytes")
	}
	if !isMode || whence < seekStart || whence > seekEnd {
		js.ThrowType(rt, "seek: the second argument must be SeekMode.Start, SeekMode.Current or SeekMode.End")
	}
	from := [...]int{0, f.at, max(len(f.text)-1, 0)}[whence]
	to := from + int(offset)
	if to < 0 || to > len(f.text) || whence == seekEnd && offset > 0 {
		js.ThrowType(rt, "seek: %d is outside of the file of %d bytes", to, len(f.text))
	}
	f.at = to
	return rt.ToValue(to)
}

func (f *file) stat(rt *goja.Runtime, _ goja.FunctionCall) goja.Value {
	o := rt.NewObject()
	_ = o.Set("name", filepath.Base(f.path))
	_ = o.Set("size", len(f.text))
	return o
}
