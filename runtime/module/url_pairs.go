package module

import (
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// pairsOf reads the argument of new URLSearchParams: a text, pairs, or an
// object.
func (c *urls) pairsOf(v goja.Value) []pair {
	if js.Missing(v) || goja.IsNull(v) { // Node's null; browsers read it as "null"
		return nil
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return parseQuery(strings.TrimPrefix(v.String(), "?"))
	}
	if s := js.Reveal[*paramsState](o, paramsKey); s != nil {
		return append([]pair(nil), s.pairs...)
	}
	if iterable := o.GetSymbol(goja.SymIterator); !js.Missing(iterable) && !goja.IsNull(iterable) {
		return c.pairsOfList(o)
	}
	var pairs []pair
	for _, name := range o.Keys() {
		s := paramsState{pairs: pairs}
		s.set(wellFormed(name), o.Get(name).String())
		pairs = s.pairs
	}
	return pairs
}

func (c *urls) pairsOfList(o *goja.Object) []pair {
	var pairs []pair
	c.vm.ForOf(o, func(v goja.Value) bool {
		var parts []string
		if js.IsObject(v) {
			c.vm.ForOf(v, func(part goja.Value) bool {
				parts = append(parts, part.String())
				return len(parts) < 3
			})
		}
		if len(parts) != 2 {
			js.ThrowType(c.vm, "URLSearchParams: each item of the list must be a pair [name, value]")
		}
		pairs = append(pairs, pair{parts[0], parts[1]})
		return true
	})
	return pairs
}

// inspectURL writes URL and URLSearchParams objects for console.
func (p *inspector) inspectURL(o *goja.Object, n named) (described, bool) {
	var u *urlState
	var s *paramsState
	p.try(func() goja.Value { // the prototype may be a proxy
		u, s = js.Reveal[*urlState](o, urlKey), js.Reveal[*paramsState](o, paramsKey)
		return nil
	})
	if u != nil {
		d := p.plain(o, n.class+" ")
		d.bare, d.items = "", func(int) []string { return p.urlItems(u) }
		return d, true
	}
	if s != nil {
		return p.based(o, p.paramsText(n.class, s.pairs)), true
	}
	return described{}, false
}

func (p *inspector) urlItems(s *urlState) []string {
	var items []string
	for _, part := range urlParts() {
		if part.name == "hash" {
			items = append(items, "searchParams: "+p.paramsText("URLSearchParams", parseQuery(s.query)))
		}
		items = append(items, part.name+": "+p.text(part.get(s.urlRecord)))
	}
	p.spend(strings.Join(items, ""))
	return items
}

func (p *inspector) paramsText(class string, pairs []pair) string {
	if len(pairs) == 0 {
		return class + " {}"
	}
	var items []string
	length := 0
	for i, pair := range pairs {
		if length > maxMessage {
			items = append(items, more(len(pairs)-i, "item"))
			break
		}
		items = append(items, p.text(pair.name)+" => "+p.text(pair.value))
		length += units(items[i]) + 2
	}
	if length-2 > p.lineWidth() {
		indent := "\n" + strings.Repeat(" ", p.indent+2)
		return class + " {" + indent + strings.Join(items, ","+indent) + " }"
	}
	return class + " { " + strings.Join(items, ", ") + " }"
}
