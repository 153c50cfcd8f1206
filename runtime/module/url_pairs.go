package module

import (
	"strings"

	"github.com/dop251/goja"
)

// pairsOf reads the argument of new URLSearchParams: a text, pairs, or an
// object.
func (c *urls) pairsOf(v goja.Value) []pair {
	if missing(v) {
		return nil
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return parseQuery(strings.TrimPrefix(v.String(), "?"))
	}
	if s := reveal[*paramsState](o, paramsKey); s != nil {
		return append([]pair(nil), s.pairs...)
	}
	if iterable := o.GetSymbol(goja.SymIterator); !missing(iterable) && !goja.IsNull(iterable) {
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
		if isObject(v) {
			c.vm.ForOf(v, func(part goja.Value) bool {
				parts = append(parts, part.String())
				return len(parts) < 3
			})
		}
		if len(parts) != 2 {
			throwType(c.vm, "URLSearchParams: each item of the list must be a pair [name, value]")
		}
		pairs = append(pairs, pair{parts[0], parts[1]})
		return true
	})
	return pairs
}

// inspectURL writes URL and URLSearchParams objects for console.
func (p *inspector) inspectURL(o *goja.Object, n named) (described, bool) {
	if s := reveal[*urlState](o, urlKey); s != nil {
		d := p.plain(o, n.class+" ")
		d.items = func(level int) []string {
			var items []string
			for _, part := range urlParts() {
				items = append(items, p.spend(part.name+": "+p.text(part.get(s.urlRecord))))
			}
			query := &paramsState{pairs: parseQuery(s.query)}
			list := p.layout(shape{open: "URLSearchParams {", close: "}"}, p.pairItems(query), level)
			if len(query.pairs) == 0 {
				list = "URLSearchParams {}"
			}
			last := len(items) - 1
			return append(items[:last:last], "searchParams: "+list, items[last])
		}
		d.bare = ""
		return d, true
	}
	if s := reveal[*paramsState](o, paramsKey); s != nil {
		d := p.plain(o, n.class+" ")
		if len(s.pairs) > 0 {
			d.bare, d.items = "", func(int) []string { return p.pairItems(s) }
		}
		return d, true
	}
	return described{}, false
}

func (p *inspector) pairItems(s *paramsState) []string {
	var items []string
	p.indent += 2
	for i, pair := range s.pairs {
		if p.full() {
			items = append(items, more(len(s.pairs)-i, "item"))
			break
		}
		items = append(items, p.spend(p.text(pair.name)+" => "+p.text(pair.value)))
	}
	p.indent -= 2
	return items
}
