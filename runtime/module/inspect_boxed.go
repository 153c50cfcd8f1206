package module

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// boxed is a Number, String, ... object: "[Number: 3]".
func (p *inspector) boxed(o *goja.Object, n named, class string) described {
	base := "[" + class
	switch {
	case n.null:
		base += " (null prototype)"
	case n.class != class:
		base += " (" + n.class + ")"
	}
	base += ": " + p.primitive(p.unbox(o, class)) + "]"
	if n.tag != "" && n.tag != n.class {
		base += " [" + n.tag + "]"
	}
	d := p.based(o, base)
	if class == "String" {
		d.keys = notIndexes(d.keys)
	}
	return d
}

// unbox returns the primitive in a Number, String, ... object.
func (p *inspector) unbox(o *goja.Object, class string) goja.Value {
	v := p.call(class+".prototype.valueOf", o)
	if v == nil || js.IsObject(v) {
		return goja.Undefined()
	}
	return v
}
