package module

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// StructuredClone is the global `structuredClone` of
// https://html.spec.whatwg.org/#structured-cloning, without transfer of memory:
// transferred buffers are copied too.
func StructuredClone(vm *goja.Runtime) goja.Value {
	in := &intrinsics{vm: vm, cache: map[string]goja.Callable{}}
	return js.Function(vm, "structuredClone", 1, func(call goja.FunctionCall) goja.Value {
		needArgument(vm, call, "structuredClone")
		c := cloner{intrinsics: in}
		return c.clone(call.Arguments[0])
	})
}

// maxCloneDepth bounds the stack: 100 times what JSON from a server has.
const maxCloneDepth = 10_000

// cloner copies one value. An object that occurs twice is copied once.
type cloner struct {
	*intrinsics
	copies map[*goja.Object]*goja.Object
	depth  int
}

func (c *cloner) clone(v goja.Value) goja.Value {
	o, ok := v.(*goja.Object)
	if !ok {
		if s, ok := v.(*goja.Symbol); ok {
			c.refuse(symbolText(s))
		}
		return v
	}
	if done := c.copies[o]; done != nil {
		return done
	}
	if c.depth++; c.depth > maxCloneDepth {
		js.ThrowRange(c.vm, "structuredClone: the value is nested more than %d levels deep", maxCloneDepth)
	}
	defer func() { c.depth-- }()
	return c.object(o)
}

func (c *cloner) refuse(what string) {
	js.ThrowDOM(c.vm, "DataCloneError", 25, "structuredClone: %s could not be cloned", what)
}

// remember comes before the copy is filled: its parts may refer to it.
func (c *cloner) remember(o, copy *goja.Object) *goja.Object {
	if c.copies == nil {
		c.copies = map[*goja.Object]*goja.Object{}
	}
	c.copies[o] = copy
	return copy
}

func (c *cloner) object(o *goja.Object) goja.Value {
	if _, ok := goja.AssertFunction(o); ok || o.ExportType() == classType {
		c.refuse("a function")
	}
	switch class := o.ClassName(); class {
	case "Array":
		return c.array(o)
	case "Date":
		return c.remember(o, c.construct("Date", must(c.mustCall("Date.prototype.getTime", o))))
	case "RegExp":
		source, flags := o.Get("source"), o.Get("flags")
		return c.remember(o, c.construct("RegExp", source, flags))
	case "Error":
		return c.error(o)
	case "Number", "String", "Boolean":
		return c.remember(o, c.boxed(o, class))
	case "Arguments":
		c.refuse("an arguments object")
	}
	return c.byType(o)
}

// byType tells apart what has the class name Object.
func (c *cloner) byType(o *goja.Object) goja.Value {
	switch o.ExportType() {
	case js.ProxyType:
		c.refuse("a Proxy")
	case js.PromiseType:
		c.refuse("a promise")
	case js.MapType:
		return c.mapOf(o)
	case js.SetType:
		return c.set(o)
	case js.BufferType:
		b, _ := js.ArrayBuffer(o)
		return c.remember(o, c.vm.ToValue(c.vm.NewArrayBuffer(append([]byte{}, b...))).(*goja.Object))
	}
	if name := js.TypedArrayName(o); name != "" {
		return c.view(o, name)
	}
	return c.plain(o)
}

func (c *cloner) plain(o *goja.Object) goja.Value {
	tag := c.try(func() goja.Value { return o.GetSymbol(goja.SymToStringTag) })
	if js.TypeName(tag) == "string" {
		switch name := tag.String(); name {
		case "WeakMap", "WeakSet", "WeakRef":
			if c.own(o, goja.SymToStringTag) == nil {
				c.refuse("a " + name)
			}
		case "Symbol", "BigInt":
			if v := c.call(name+".prototype.valueOf", o); v != nil {
				return c.remember(o, c.clone(v).ToObject(c.vm))
			}
		}
	}
	copy := c.remember(o, c.vm.NewObject())
	c.properties(o, copy, o.Keys())
	return copy
}

// properties copies enumerable properties; getters are read.
func (c *cloner) properties(o, copy *goja.Object, keys []string) {
	for _, key := range keys {
		value := o.Get(key)
		if value == nil { // a getter of another property has deleted it
			continue
		}
		// Not Set, which would take __proto__ for the prototype.
		copy.DefineDataProperty(key, c.clone(value), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
	}
}
