package script

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dop251/goja"
)

// Stack turns an error that goja returned into text for people. Call it from
// the goroutine of the error's VM: it may run getters of the thrown object.
//
//   - message is what the error says, without its type and position;
//   - traceback is "Type: message" and one line a frame, innermost first, with
//     the positions of the original files. Native frames are left out, and those
//     of builtins too unless there are no others. Causes follow.
//
// Any other error gives its own text twice.
func Stack(err error) (message, traceback string) {
	// No errors.As: it would ask a *goja.Exception to unwrap itself, which runs code of the script.
	for at := err; at != nil; at = errors.Unwrap(at) {
		switch e := at.(type) {
		case *goja.InterruptedError:
			message = fmt.Sprint(e.Value())
			return message, join("Interrupted", message) + frameLines(fromStack(e.Stack()))
		case *goja.StackOverflowError:
			message = "Maximum call stack size exceeded"
			return message, join("RangeError", message) + frameLines(fromStack(e.Stack()))
		case *goja.Exception:
			return stackOf(e.Value(), fromStack(e.Stack()))
		case *goja.CompilerSyntaxError:
			return stackOfSyntax(e)
		case *Error:
			return e.Text, e.Error()
		}
	}
	if err == nil {
		return "", ""
	}
	return err.Error(), err.Error()
}

// StackOf is Stack for a value that was thrown but did not come as a Go error:
// the reason of a rejected promise. Only Error objects know where they were made.
func StackOf(v goja.Value) (message, traceback string) {
	return stackOf(v, nil)
}

func stackOf(v goja.Value, frames []frame) (message, traceback string) {
	typ, message := describe(v)
	var b strings.Builder
	w := writer{b: &b}
	w.value(v, typ, message, frames)
	return message, b.String()
}

func stackOfSyntax(e *goja.CompilerSyntaxError) (message, traceback string) {
	var frames []frame
	if e.File != nil {
		p := e.File.Position(e.Offset)
		frames = []frame{{file: p.Filename, line: p.Line, column: p.Column}}
	}
	return e.Message, join("SyntaxError", e.Message) + frameLines(frames)
}

// writer writes an error with what is nested in it. Causes may form a ring.
type writer struct {
	b    *strings.Builder
	seen []*goja.Object
}

const maxNested = 8

func (w *writer) value(v goja.Value, typ, message string, frames []frame) {
	w.b.WriteString(join(typ, message))
	o, _ := v.(*goja.Object)
	if o == nil {
		w.b.WriteString(frameLines(frames))
		return
	}
	w.seen = append(w.seen, o)
	if len(frames) == 0 {
		frames = fromText(get(o, "stack"))
	}
	w.b.WriteString(frameLines(frames))
	w.nested("Caused by: ", get(o, "cause"))
	if list, ok := get(o, "errors").(*goja.Object); ok && list.ClassName() == "Array" {
		n := int(list.Get("length").ToInteger())
		for i := range min(n, maxNested) {
			w.nested(fmt.Sprintf("Error %d of %d: ", i+1, n), get(list, fmt.Sprint(i)))
		}
	}
}

func (w *writer) nested(label string, v goja.Value) {
	if v == nil || goja.IsUndefined(v) || len(w.seen) > maxNested {
		return
	}
	for _, o := range w.seen {
		if o == v {
			return
		}
	}
	w.b.WriteString("\n" + label)
	typ, message := describe(v)
	w.value(v, typ, message, nil)
}

// describe tells an error's type and message. For thrown values that are no
// errors the type is empty and the message is the value.
func describe(v goja.Value) (typ, message string) {
	o, ok := v.(*goja.Object)
	if !ok {
		switch v := v.(type) {
		case nil:
			return "", "undefined"
		case *goja.Symbol:
			return "", "Symbol(" + v.String() + ")"
		default:
			return "", v.String()
		}
	}
	msg, isError := get(o, "message"), o.ClassName() == "Error"
	if !isError && (msg == nil || goja.IsUndefined(msg)) {
		return "", plain(o)
	}
	return typeName(o, isError), text(msg)
}

// typeName prefers the class to the inherited "Error": who writes
// class LoginError extends Error wants to read LoginError.
func typeName(o *goja.Object, isError bool) string {
	name := text(get(o, "name"))
	if name == "GoError" {
		return "Error"
	}
	if name != "" && name != "Error" {
		return name
	}
	class := ""
	if c, ok := get(o, "constructor").(*goja.Object); ok {
		class = text(get(c, "name"))
	}
	if class == "" || class == "Object" && !isError {
		return name
	}
	return class
}

// plain writes an object that is not an error: as JSON unless it can say more.
func plain(o *goja.Object) string {
	s := safely(func() string { return o.String() })
	if s != "" && !strings.HasPrefix(s, "[object ") && o.ClassName() != "Array" {
		return s
	}
	if j, err := o.MarshalJSON(); err == nil && string(j) != "null" {
		return string(j)
	}
	return s
}

// get reads a property; a getter that throws counts as no property.
func get(o *goja.Object, name string) goja.Value {
	return safely(func() goja.Value { return o.Get(name) })
}

func text(v goja.Value) string {
	if v == nil || goja.IsUndefined(v) {
		return ""
	}
	return safely(v.String)
}

func safely[T any](f func() T) (v T) {
	defer func() {
		if recover() != nil {
			var zero T
			v = zero
		}
	}()
	return f()
}

func join(typ, message string) string {
	if typ == "" || message == "" {
		return typ + message
	}
	return typ + ": " + message
}
