package module

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// decorator makes @task, @tag, @transition or @transitions. They leave marks on functions and classes that model.js
// reads, in the main VM: in a user's VM nobody reads them, and a mark would cost each of them memory.
func decorator(vm *vu.VM, name string) goja.Value {
	rt := vm.RT
	apply := func(note func(*goja.Object)) goja.Value {
		return rt.ToValue(func(c goja.FunctionCall) goja.Value { return mark(vm, c, note) })
	}
	return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
		first := c.Argument(0)
		switch name {
		case "task":
			if js.IsObject(first) || js.IsObject(c.Argument(1)) { // @task itself; a static field has no value yet
				return mark(vm, c, func(f *goja.Object) { _ = f.Set("$task", 1) })
			}
			if !js.IsNumber(first) {
				js.ThrowType(rt, "write @task or @task(weight), not @task(%v)", first)
			}
			return apply(func(f *goja.Object) { _ = f.Set("$task", first) })
		case "tag":
			tags := tagList(rt, c.Arguments)
			return apply(func(f *goja.Object) { extend(rt, f, tags) })
		case "transition":
			weight := rt.ToValue(1)
			if js.Given(c.Argument(1)) {
				weight = c.Argument(1)
			}
			return apply(func(f *goja.Object) { _ = marked(rt, f, "$next").Set(first.String(), weight) })
		}
		return apply(func(f *goja.Object) { copyEdges(rt, marked(rt, f, "$next"), first) })
	})
}

// mark finds what a decorator was put on and notes it: a function at once; the value of a static field when it has one,
// through the initialiser that is returned. TypeScript's legacy decorators get (prototype, name, descriptor).
func mark(vm *vu.VM, c goja.FunctionCall, note func(*goja.Object)) goja.Value {
	rt := vm.RT
	if vm.ID != 0 {
		return goja.Undefined()
	}
	target, isTarget := c.Argument(0).(*goja.Object)
	context, standard := c.Argument(1).(*goja.Object)
	if standard && js.Text(context, "kind", "") == "field" {
		return rt.ToValue(func(c goja.FunctionCall) goja.Value {
			if value, ok := c.Argument(0).(*goja.Object); ok {
				note(value)
			}
			return c.Argument(0)
		})
	}
	if !standard && js.Given(c.Argument(1)) {
		descriptor, ok := c.Argument(2).(*goja.Object)
		if !ok || !js.IsObject(descriptor.Get("value")) {
			js.ThrowType(rt, "%v: with experimentalDecorators only methods can be decorated; use static tasks", c.Argument(1))
		}
		target = descriptor.Get("value").(*goja.Object)
	} else if !isTarget {
		js.ThrowType(rt, "a decorator of katydid stands before a method, a static field or a class")
	}
	note(target)
	return goja.Undefined()
}

func tagList(rt *goja.Runtime, args []goja.Value) []any {
	var tags []any
	for _, a := range args {
		if s, ok := a.Export().(string); ok && !js.IsObject(a) {
			tags = append(tags, s)
		}
	}
	if len(tags) == 0 || len(tags) < len(args) {
		js.ThrowType(rt, `tag needs one or more strings: @tag("slow")`)
	}
	return tags
}

// extend adds tags to those that a function has from another @tag.
func extend(rt *goja.Runtime, f *goja.Object, tags []any) {
	if before, ok := f.Get("$tags").(*goja.Object); ok {
		for _, i := range before.Keys() {
			tags = append([]any{before.Get(i)}, tags...)
		}
	}
	_ = f.Set("$tags", rt.NewArray(tags...))
}

// marked is the object that f has as property key; it is made if there is none.
func marked(rt *goja.Runtime, f *goja.Object, key string) *goja.Object {
	o, ok := f.Get(key).(*goja.Object)
	if !ok {
		o = rt.NewObject()
		_ = f.Set(key, o)
	}
	return o
}

// copyEdges reads {name: weight} or [name, [name, weight], ...].
func copyEdges(rt *goja.Runtime, to *goja.Object, v goja.Value) {
	from, ok := v.(*goja.Object)
	if !ok {
		js.ThrowType(rt, "transitions needs an object {name: weight} or an array of names")
	}
	for _, key := range from.Keys() {
		entry := from.Get(key)
		pair, isPair := entry.(*goja.Object)
		switch {
		case from.ClassName() != "Array":
			_ = to.Set(key, entry)
		case isPair && js.Given(pair.Get("0")) && js.Given(pair.Get("1")):
			_ = to.Set(pair.Get("0").String(), pair.Get("1"))
		case isPair:
			js.ThrowType(rt, "transitions: an entry is a name or [name, weight]")
		default:
			_ = to.Set(entry.String(), 1)
		}
	}
}
