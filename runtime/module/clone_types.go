package module

import (
	"slices"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// construct makes an object of a class of the language.
func (c *cloner) construct(class string, args ...goja.Value) *goja.Object {
	o, err := c.vm.New(c.vm.GlobalObject().Get(class), args...)
	if err != nil {
		panic(err)
	}
	return o
}

func (c *cloner) mustCall(path string, this goja.Value) (goja.Value, error) {
	f := c.function(path)
	if f == nil {
		js.ThrowType(c.vm, "structuredClone: the script has removed %s", path)
	}
	return f(this)
}

// array copies holes as holes, and the properties that are no items.
func (c *cloner) array(o *goja.Object) goja.Value {
	copy := c.remember(o, c.vm.NewArray())
	copy.Set("length", o.Get("length"))
	c.properties(o, copy, o.Keys())
	return copy
}

func (c *cloner) boxed(o *goja.Object, class string) *goja.Object {
	return must(c.mustCall(class+".prototype.valueOf", o)).ToObject(c.vm)
}

// mapOf copies the entries before it clones the first: a getter may change the
// map.
func (c *cloner) mapOf(o *goja.Object) goja.Value {
	var flat []goja.Value
	c.vm.ForOf(must(c.mustCall("Map.prototype.entries", o)), func(v goja.Value) bool {
		key, value := pairOf(v)
		flat = append(flat, key, value)
		return true
	})
	copy := c.remember(o, c.construct("Map"))
	set := c.function("Map.prototype.set")
	for i := 0; i < len(flat) && set != nil; i += 2 {
		must(set(copy, c.clone(flat[i]), c.clone(flat[i+1])))
	}
	return copy
}

func (c *cloner) set(o *goja.Object) goja.Value {
	var items []goja.Value
	c.vm.ForOf(must(c.mustCall("Set.prototype.values", o)), func(v goja.Value) bool {
		items = append(items, v)
		return true
	})
	copy := c.remember(o, c.construct("Set"))
	add := c.function("Set.prototype.add")
	for i := 0; i < len(items) && add != nil; i++ {
		must(add(copy, c.clone(items[i])))
	}
	return copy
}

// view is a typed array or DataView; views of one buffer stay views of one.
func (c *cloner) view(o *goja.Object, class string) goja.Value {
	buffer := c.clone(o.Get("buffer"))
	length := o.Get("length")
	if class == "DataView" {
		length = o.Get("byteLength")
	}
	return c.remember(o, c.construct(class, buffer, o.Get("byteOffset"), length))
}

// error keeps the class if it is one of the language, the message, the stack
// and the cause; other properties are not cloned.
func (c *cloner) error(o *goja.Object) goja.Value {
	names := []string{"EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"}
	name := "Error"
	if v := o.Get("name"); v != nil && slices.Contains(names, v.String()) {
		name = v.String()
	}
	var args []goja.Value
	if d := c.own(o, c.vm.ToValue("message")); d != nil && !js.Missing(d.Get("value")) {
		args = append(args, d.Get("value").ToString())
	}
	copy := c.remember(o, c.construct(name, args...))
	hidden := func(key string, v goja.Value) {
		copy.DefineDataProperty(key, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	if stack := o.Get("stack"); js.TypeName(stack) == "string" {
		hidden("stack", stack)
	}
	if cause := c.own(o, c.vm.ToValue("cause")); cause != nil {
		hidden("cause", c.clone(o.Get("cause")))
	}
	return copy
}
