package module

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// manyItems is the length from which an array is not searched for properties
// that are no items: goja lists the items with them.
const manyItems = 100_000

func (p *inspector) array(o *goja.Object, n named) described {
	length := int(p.lengthOf(o))
	d := described{shape: shape{open: "[", close: "]", list: true}}
	if n.class != "Array" || n.tag != "" {
		d.open = n.prefix("Array", "("+itoa(length)+")") + "["
	}
	if length < manyItems {
		d.keys = notIndexes(p.keys(o))
	}
	if length == 0 {
		d.bare = d.open + "]"
	}
	d.number = func(i int) bool { return p.isNumeric(o, i) }
	d.items = func(level int) []string { return p.elements(o, length, level) }
	return d
}

func (p *inspector) lengthOf(o *goja.Object) int64 {
	if v := p.get(o, "length"); js.IsNumber(v) {
		return v.ToInteger()
	}
	return 0
}

func (p *inspector) isNumeric(o *goja.Object, i int) bool {
	v := p.get(o, itoa(i))
	name := js.TypeName(v)
	return name == "number" || name == "bigint"
}

// elements writes the first items of an array; holes are counted together.
func (p *inspector) elements(o *goja.Object, length, level int) []string {
	var items []string
	for i := 0; i < length; i++ {
		if len(items) == p.items || p.full() {
			return append(items, more(length-i, "item"))
		}
		d := p.own(o, p.vm.ToValue(itoa(i)))
		if d != nil {
			items = append(items, p.described(d, level))
			continue
		}
		next := p.nextElement(o, i, length)
		items = append(items, fmt.Sprintf("<%d empty item%s>", next-i, plural(next-i)))
		i = next - 1
	}
	return items
}

// nextElement is the index of the first element after a hole. An array with
// holes may claim any length, so its keys are asked, not every index.
func (p *inspector) nextElement(o *goja.Object, hole, length int) int {
	next := length
	p.try(func() goja.Value {
		for _, key := range o.Keys() {
			if i, ok := index(key); ok && i > hole {
				next = i
				break
			}
		}
		return nil
	})
	return next
}

func more(n int, what string) string {
	return fmt.Sprintf("... %d more %s%s", n, what, plural(n))
}

func (p *inspector) collection(o *goja.Object, n named, class string) described {
	size := 0
	if v := p.get(o, "size"); js.IsNumber(v) {
		size = int(v.ToInteger())
	}
	d := p.plain(o, n.prefix(class, "("+itoa(size)+")"))
	if size > 0 {
		d.bare = ""
	}
	d.items = func(level int) []string {
		if class == "Map" {
			return p.members(p.call("Map.prototype.entries", o), size, func(v goja.Value) string {
				key, value := pairOf(v)
				return p.value(key, level) + " => " + p.value(value, level)
			})
		}
		return p.members(p.call("Set.prototype.values", o), size, func(v goja.Value) string { return p.value(v, level) })
	}
	return d
}

func (p *inspector) members(iterator goja.Value, size int, write func(goja.Value) string) []string {
	if iterator == nil {
		return nil
	}
	var items []string
	parents := p.seen
	p.indent += 2
	p.try(func() goja.Value {
		p.vm.ForOf(iterator, func(v goja.Value) bool {
			if len(items) == p.items || p.full() {
				return false
			}
			items = append(items, write(v))
			return true
		})
		return nil
	})
	p.indent -= 2
	p.seen = parents
	if rest := size - len(items); rest > 0 {
		items = append(items, more(rest, "item"))
	}
	return items
}

func (p *inspector) typedArray(o *goja.Object, n named, class string) described {
	length := int(p.lengthOf(o))
	d := described{shape: shape{open: n.prefix(class, "("+itoa(length)+")") + "[", close: "]", list: true}}
	if length < manyItems {
		d.keys = notIndexes(p.keys(o))
	}
	if length == 0 {
		d.bare = d.open + "]"
	}
	d.number = func(i int) bool { return i < length }
	d.items = func(int) []string {
		var items []string
		for i := 0; i < min(length, p.items); i++ {
			items = append(items, p.spend(p.primitive(o.Get(itoa(i)))))
		}
		if length > p.items {
			items = append(items, more(length-p.items, "item"))
		}
		return items
	}
	return d
}

func (p *inspector) buffer(o *goja.Object, n named, b []byte) described {
	d := p.plain(o, n.prefix("ArrayBuffer", ""))
	d.keys = append(p.strings("byteLength"), d.keys...)
	d.items = func(int) []string {
		hex := strings.TrimSpace(fmt.Sprintf("% x", b[:min(len(b), p.items)]))
		if len(b) > p.items {
			hex += " " + more(len(b)-p.items, "byte")
		}
		return []string{p.spend("[Uint8Contents]: <" + hex + ">")}
	}
	return d
}

// index tells the key of an array's item from that of another property.
func index(key string) (int, bool) {
	i, err := strconv.ParseUint(key, 10, 32)
	return int(i), err == nil && i < 1<<32-1 && (key == "0" || key[0] != '0' && key[0] != '+')
}

func notIndexes(keys []goja.Value) []goja.Value {
	var rest []goja.Value
	for _, key := range keys {
		if _, ok := index(key.String()); !ok {
			rest = append(rest, key)
		}
	}
	return rest
}
