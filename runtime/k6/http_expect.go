package k6

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// statuses are those that a script expects.
type statuses []span

type span struct{ from, to int }

// usual is what is expected without a callback.
var usual = &statuses{{200, 399}}

func (l *statuses) has(status int) bool {
	for _, s := range *l {
		if s.from <= status && status <= s.to {
			return true
		}
	}
	return false
}

// expectedStatuses is http.expectedStatuses(200, {min: 300, max: 399}).
func (s *State) expectedStatuses(c goja.FunctionCall) goja.Value {
	rt := s.rt()
	list := &statuses{}
	if len(c.Arguments) == 0 {
		js.ThrowType(rt, "expectedStatuses needs at least one status or {min, max}")
	}
	for _, v := range c.Arguments {
		if n, ok := js.Whole(v); ok {
			*list = append(*list, span{int(n), int(n)})
			continue
		}
		o, ok := v.(*goja.Object)
		if ok {
			from, okFrom := js.Whole(o.Get("min"))
			to, okTo := js.Whole(o.Get("max"))
			if ok = okFrom && okTo; ok {
				*list = append(*list, span{int(from), int(to)})
			}
		}
		if !ok {
			js.ThrowType(rt, "expectedStatuses: %v is neither a whole number nor an object with whole numbers min and max", v)
		}
	}
	o := rt.NewObject()
	js.Hide(rt, o, statusesKey, list)
	return o
}

var statusesKey = goja.NewSymbol("statuses")

// callback reads a response callback: what expectedStatuses has made, or null.
func callback(v goja.Value) (*statuses, error) {
	if !js.Given(v) {
		return nil, nil
	}
	list := js.Reveal[*statuses](v, statusesKey)
	if list == nil {
		return nil, refuse("a response callback must be made by http.expectedStatuses, or be null")
	}
	return list, nil
}
