package module

import (
	"regexp"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// groups turns addresses that differ only in an id into one name (static http.groupUrls).
type groups struct {
	auto     bool           // true: numbers, UUIDs and long hexadecimal parts of the path
	patterns []*goja.Object // RegExp[]: what matches becomes [id]
	rt       *goja.Runtime
}

// idPart finds path segments that look like ids. The slash behind one is left for the next.
var idPart = regexp.MustCompile(`/(?:\d+|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-fA-F]{16,})\b`)

// groupsOf reads static http.groupUrls of a user's class.
func groupsOf(vm *vu.VM) groups {
	g := groups{rt: vm.RT}
	class := vm.Constructor()
	if class == nil || !js.Given(class.Get("http")) {
		return g
	}
	v := firstGiven(class.Get("http").ToObject(vm.RT), "groupUrls", "group_urls")
	if o, ok := v.(*goja.Object); ok {
		for _, i := range o.Keys() {
			g.patterns = append(g.patterns, o.Get(i).ToObject(vm.RT))
		}
	} else if js.Given(v) {
		g.auto = v.ToBoolean()
	}
	return g
}

func (g *groups) apply(uri string) string {
	if g.auto {
		uri = idPart.ReplaceAllString(uri, "/[id]")
	}
	for _, re := range g.patterns {
		s := g.rt.ToValue(uri).ToObject(g.rt)
		replace, _ := goja.AssertFunction(s.Get("replace"))
		v, err := replace(s, re, g.rt.ToValue("[id]"))
		rethrow(g.rt, err)
		uri = v.String()
	}
	return uri
}
