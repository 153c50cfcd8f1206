package module

import (
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// described is how an object is going to be written: what surrounds it, its
// own items (of an array, a Map, ...) and the keys of its properties.
type described struct {
	shape
	items func(level int) []string
	keys  []goja.Value
	bare  string // the whole text if there are no keys; "" if braces are needed
	leaf  bool   // bare is the text below the depth limit too
}

// named is what an object is called.
type named struct {
	class string // of its constructor, "" for none
	null  bool   // it has no prototype that names a class
	tag   string // its Symbol.toStringTag, if that says more
}

func (p *inspector) object(o *goja.Object, level int) string {
	n := p.name(o, level)
	d := p.describe(o, n)
	if len(d.keys) == 0 && d.bare != "" {
		return p.spend(d.bare)
	}
	if level > p.depth {
		if d.leaf {
			return p.spend(d.bare)
		}
		return p.spend(n.hint(o))
	}
	level++
	p.seen = append(p.seen, o)
	p.deepest = level
	var items []string
	if d.items != nil {
		items = d.items(level)
	}
	items = p.properties(items, o, d.keys, level, d.list)
	p.seen = p.seen[:len(p.seen)-1]
	if i := p.circular[o]; i > 0 {
		d.base = strings.TrimSuffix("<ref *"+itoa(i)+"> "+d.base, " ")
	}
	return p.layout(d.shape, items, level)
}

func (p *inspector) properties(items []string, o *goja.Object, keys []goja.Value, level int, list bool) []string {
	for i, key := range keys {
		if p.full() {
			return append(items, "... "+itoa(len(keys)-i)+" more properties")
		}
		items = append(items, p.property(o, key, level))
	}
	return items
}

// describe finds out what kind of object o is. It asks goja, not the script:
// no class name or tag can make it a kind that it is not.
func (p *inspector) describe(o *goja.Object, n named) described {
	if _, ok := goja.AssertFunction(o); ok || o.ExportType() == classType {
		return p.based(o, functionBase(p, o, n))
	}
	switch class := o.ClassName(); class {
	case "Array":
		return p.array(o, n)
	case "RegExp":
		d := p.based(o, n.unless("RegExp")+p.textBy("RegExp.prototype.toString", o, "RegExp"))
		d.leaf = true
		return d
	case "Date":
		return p.based(o, n.unless("Date")+p.textBy("Date.prototype.toISOString", o, "Invalid Date"))
	case "Error":
		return p.error(o, n)
	case "Number", "String", "Boolean":
		return p.boxed(o, n, class)
	case "Arguments":
		return p.plain(o, "[Arguments] ")
	}
	if d, ok := p.describeByType(o, n); ok {
		return d
	}
	if d, ok := p.describeByTag(o, n); ok {
		return d
	}
	if d, ok := p.inspectURL(o, n); ok {
		return d
	}
	return p.plain(o, n.prefixOfPlain(o))
}

// describeByType tells apart what has the class name Object.
func (p *inspector) describeByType(o *goja.Object, n named) (described, bool) {
	switch o.ExportType() {
	case js.MapType:
		return p.collection(o, n, "Map"), true
	case js.SetType:
		return p.collection(o, n, "Set"), true
	case js.BufferType:
		b, _ := js.ArrayBuffer(o)
		return p.buffer(o, n, b), true
	case js.PromiseType:
		d := p.plain(o, n.prefix("Promise", ""))
		d.items, d.bare = func(level int) []string { return p.promise(o, level) }, ""
		return d, true
	}
	name := ""
	p.try(func() goja.Value { name = js.TypedArrayName(o); return nil })
	switch name {
	case "":
		return described{}, false
	case "DataView":
		d := p.plain(o, n.prefix(name, ""))
		d.keys = append(p.strings("byteLength", "byteOffset", "buffer"), d.keys...)
		return d, true
	default:
		return p.typedArray(o, n, name), true
	}
}

// describeByTag tells apart what goja's types do not: the tag may lie, but then
// the method of the class throws.
func (p *inspector) describeByTag(o *goja.Object, n named) (described, bool) {
	switch tag := n.tag; tag {
	case "WeakMap", "WeakSet":
		if p.call(tag+".prototype.has", o, goja.Undefined()) != nil {
			return p.plain(o, n.prefix(tag, ""), "<items unknown>"), true
		}
	case "Symbol", "BigInt":
		if p.call(tag+".prototype.valueOf", o) != nil {
			return p.boxed(o, n, tag), true
		}
	}
	return described{}, false
}

// plain is an object in braces.
func (p *inspector) plain(o *goja.Object, prefix string, items ...string) described {
	d := described{keys: p.keys(o), shape: shape{open: prefix + "{", close: "}"}}
	d.bare = d.open + "}"
	if items != nil {
		d.bare, d.items = "", func(int) []string { return items }
	}
	return d
}

// based is an object that has a text of its own, and braces only when it has
// properties too.
func (p *inspector) based(o *goja.Object, base string) described {
	return described{keys: p.keys(o), bare: base, shape: shape{base: base, open: "{", close: "}"}}
}

func (p *inspector) textBy(path string, o *goja.Object, otherwise string) string {
	v := p.call(path, o)
	if v == nil {
		return otherwise
	}
	text, _ := cut(v.String(), maxString)
	return text
}

func (p *inspector) promise(o *goja.Object, level int) []string {
	x := o.Export().(*goja.Promise)
	if x.State() == goja.PromiseStatePending {
		return []string{"<pending>"}
	}
	p.indent += 2
	text := p.value(x.Result(), level)
	p.indent -= 2
	if x.State() == goja.PromiseStateRejected {
		text = "<rejected> " + text
	}
	return []string{text}
}
