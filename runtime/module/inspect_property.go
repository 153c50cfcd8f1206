package module

import (
	"regexp"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// keys are the names and symbols of the properties to show.
func (p *inspector) keys(o *goja.Object) []goja.Value {
	var keys []goja.Value
	p.try(func() goja.Value {
		names := o.Keys
		if p.hidden {
			names = o.GetOwnPropertyNames
		}
		keys = p.strings(names()...)
		if !p.hidden {
			for _, s := range o.Symbols() {
				keys = append(keys, s)
			}
			return nil
		}
		if all := p.call("Object.getOwnPropertySymbols", goja.Undefined(), o); all != nil {
			p.vm.ForOf(all, func(s goja.Value) bool { keys = append(keys, s); return true })
		}
		return nil
	})
	return keys
}

func (p *inspector) strings(names ...string) []goja.Value {
	keys := make([]goja.Value, len(names))
	for i, name := range names {
		keys[i] = p.vm.ToValue(name)
	}
	return keys
}

// property is "name: value".
func (p *inspector) property(o *goja.Object, key goja.Value, level int) string {
	d := p.own(o, key)
	if d == nil { // byteLength and the like are inherited
		d = p.vm.NewObject()
		d.Set("value", p.get(o, key.String()))
		d.Set("enumerable", true)
	}
	text := p.described(d, level)
	return p.spend(p.key(key, d)) + ": " + text
}

// described is the value in a property descriptor; getters are not called.
func (p *inspector) described(d *goja.Object, level int) string {
	if v := d.Get("value"); !js.Missing(v) {
		p.indent += 2
		text := p.value(v, level)
		p.indent -= 2
		return text
	}
	get, set := !js.Missing(d.Get("get")), !js.Missing(d.Get("set"))
	switch {
	case get && set:
		return p.spend("[Getter/Setter]")
	case get:
		return p.spend("[Getter]")
	case set:
		return p.spend("[Setter]")
	}
	return p.spend("undefined")
}

var identifier = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z_0-9]*$`)

func (p *inspector) key(key goja.Value, descriptor *goja.Object) string {
	if s, ok := key.(*goja.Symbol); ok {
		return "[" + symbolText(s) + "]"
	}
	name, _ := cut(key.String(), maxString)
	switch {
	case name == "__proto__":
		return "['__proto__']"
	case !descriptor.Get("enumerable").ToBoolean():
		return "[" + escape(name, 0) + "]"
	case identifier.MatchString(name):
		return name
	}
	return quote(name)
}
