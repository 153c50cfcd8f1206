package module

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

func itoa(n int) string { return strconv.Itoa(n) }

// classType is what goja says of a class, as opposed to a function.
var classType = reflect.TypeFor[func(goja.ConstructorCall) *goja.Object]()

func (p *inspector) name(o *goja.Object, level int) named {
	n := named{}
	n.class, n.null = p.className(o, level)
	tag := p.try(func() goja.Value { return o.GetSymbol(goja.SymToStringTag) })
	if js.TypeName(tag) != "string" || tag.String() == "" {
		return n
	}
	if d := p.own(o, goja.SymToStringTag); d != nil && (p.hidden || d.Get("enumerable").ToBoolean()) {
		return n // it is going to be shown as a property
	}
	n.tag, _ = cut(tag.String(), maxString)
	return n
}

// className is the name of the first constructor in the prototype chain that o
// is an instance of.
func (p *inspector) className(o *goja.Object, level int) (name string, null bool) {
	// A chain through proxies may have no end.
	for link, i := o, 0; link != nil && i < 100; i++ {
		if name := p.constructorName(o, link); name != "" {
			return name, false
		}
		link = p.protoOf(link)
	}
	first := p.protoOf(o)
	if first == nil {
		return "", true
	}
	if level > p.depth {
		return "Object <Complex prototype>", false
	}
	if name, null := p.className(first, level+1); !null {
		return "Object <" + name + ">", false
	}
	shallow := inspector{intrinsics: p.intrinsics, depth: -1}
	return "Object <" + shallow.value(first, 0) + ">", false
}

func (p *inspector) constructorName(o, link *goja.Object) string {
	d := p.own(link, p.vm.ToValue("constructor"))
	if d == nil {
		return ""
	}
	f, ok := d.Get("value").(*goja.Object)
	if !ok {
		return ""
	}
	if _, ok := goja.AssertFunction(f); !ok && f.ExportType() != classType {
		return ""
	}
	instance := p.try(func() goja.Value { return p.vm.ToValue(p.vm.InstanceOf(o, f)) })
	if instance == nil || !instance.ToBoolean() {
		return ""
	}
	return p.stringOf(f, "name")
}

func (p *inspector) protoOf(o *goja.Object) *goja.Object {
	proto, _ := p.try(func() goja.Value {
		if proto := o.Prototype(); proto != nil {
			return proto
		}
		return nil
	}).(*goja.Object)
	return proto
}

// stringOf is the text of a property, "" if there is none or it throws.
func (p *inspector) stringOf(o *goja.Object, name string) string {
	text := p.try(func() goja.Value {
		v := o.Get(name)
		if js.Missing(v) || goja.IsNull(v) {
			return nil
		}
		return v.ToString()
	})
	if text == nil {
		return ""
	}
	s, _ := cut(text.String(), maxString)
	return s
}

// prefix is "Foo(2) [tag] ".
func (n named) prefix(fallback, size string) string {
	name := n.class + size
	if n.null {
		name = "[" + fallback + size + ": null prototype]"
		if n.tag == fallback {
			return name + " "
		}
	}
	if n.tag != "" && n.tag != n.class {
		name += " [" + n.tag + "]"
	}
	return name + " "
}

// unless is the prefix, if it is not just the name that everybody expects.
func (n named) unless(expected string) string {
	if prefix := n.prefix(expected, ""); prefix != expected+" " {
		return prefix
	}
	return ""
}

func (n named) prefixOfPlain(o *goja.Object) string {
	if n.class == "Object" && n.tag == "" {
		return ""
	}
	return n.prefix(fallbackName(o, n), "")
}

// hint stands for an object that lies too deep.
func (n named) hint(o *goja.Object) string {
	text := strings.TrimSuffix(n.prefix(fallbackName(o, n), ""), " ")
	if n.null {
		return text
	}
	return "[" + text + "]"
}

func fallbackName(o *goja.Object, n named) string {
	if name := o.ClassName(); name != n.tag && !strings.HasSuffix(name, "Iterator") {
		return name
	}
	return "Object"
}

// functionBase is "[Function: f]", "[class A extends B]" and the like.
func functionBase(p *inspector, o *goja.Object, n named) string {
	if o.ExportType() == classType {
		return classBase(p, o, n)
	}
	kind := "Function"
	switch n.tag {
	case "AsyncFunction", "GeneratorFunction", "AsyncGeneratorFunction":
		kind = n.tag
	}
	base := "[" + kind
	if n.null {
		base += " (null prototype)"
	}
	if name := p.stringOf(o, "name"); name != "" {
		base += ": " + name
	} else {
		base += " (anonymous)"
	}
	base += "]"
	if n.class != kind && !n.null {
		base += " " + n.class
	}
	if n.tag != "" && n.tag != n.class {
		base += " [" + n.tag + "]"
	}
	return base
}

func classBase(p *inspector, o *goja.Object, n named) string {
	base := "class "
	if d := p.own(o, p.vm.ToValue("name")); d != nil && p.stringOf(o, "name") != "" {
		base += p.stringOf(o, "name")
	} else {
		base += "(anonymous)"
	}
	if n.class != "Function" && !n.null {
		base += " [" + n.class + "]"
	}
	if n.tag != "" && n.tag != n.class {
		base += " [" + n.tag + "]"
	}
	if n.null {
		return "[" + base + " extends [null prototype]]"
	}
	if parent := p.protoOf(o); parent != nil && p.stringOf(parent, "name") != "" {
		base += " extends " + p.stringOf(parent, "name")
	}
	return "[" + base + "]"
}
