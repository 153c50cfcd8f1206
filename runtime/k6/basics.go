package k6

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// basics is the module k6.
func basics() spec {
	return spec{
		names: []string{"check", "sleep", "group", "fail", "randomSeed"},
		build: func(s *State, name string) goja.Value {
			switch name {
			case "check":
				return js.Function(s.rt(), name, 3, s.check)
			case "sleep":
				return js.Function(s.rt(), name, 1, s.sleep)
			case "group":
				return js.Function(s.rt(), name, 2, s.inGroup)
			case "fail":
				return js.Function(s.rt(), name, 1, func(c goja.FunctionCall) goja.Value {
					js.Throw(s.rt(), "%s", c.Argument(0))
					return nil
				})
			}
			return js.Function(s.rt(), name, 1, func(c goja.FunctionCall) goja.Value {
				s.rt().SetRandSource(rand.New(rand.NewPCG(uint64(c.Argument(0).ToInteger()), 0)).Float64)
				return goja.Undefined()
			})
		},
	}
}

// sleep blocks the user for a number of seconds; what is no number above 0 is 0. Only a hard stop ends it early.
func (s *State) sleep(c goja.FunctionCall) goja.Value {
	if seconds := c.Argument(0).ToFloat(); seconds > 0 {
		s.vm.Sleep(time.Duration(math.Min(seconds, 1e9) * float64(time.Second)))
	}
	return goja.Undefined()
}

// check is check(value, {name: value or function of it}, tags): a sample of the metric checks for each name.
func (s *State) check(c goja.FunctionCall) goja.Value {
	rt := s.rt()
	s.inIteration("check")
	sets, ok := c.Argument(1).(*goja.Object)
	if !ok {
		js.ThrowType(rt, "check(value, checks): checks must be an object of names and conditions, not %v", c.Argument(1))
	}
	tags := s.tagged(s.tagsOf("the tags of check", c.Argument(2)))
	value := []goja.Value{c.Argument(0)}
	all := true
	for _, name := range js.Keys(sets) {
		if strings.Contains(name, separator) {
			js.Throw(rt, "check %q: a name must not have %q in it", name, separator)
		}
		all = s.condition(name, sets.Get(name), value, tags) && all
	}
	return rt.ToValue(all)
}

// condition says whether a check holds, and records it. What its function throws fails it and is the end of the check; but
// one that a hard stop has interrupted has neither passed nor failed.
func (s *State) condition(name string, v goja.Value, value []goja.Value, tags metrics.Tags) (passed bool) {
	decided, counts := false, true
	defer func() {
		if counts && (decided || !s.vm.Killed()) {
			s.run.Metrics.Check(s.group, name, passed, tags, time.Now())
		}
	}()
	if fn := s.callable(v); fn != nil {
		v = fn(goja.FunctionCall{This: goja.Undefined(), Arguments: value})
		if isPromise(v) {
			counts = false
			js.Throw(s.rt(), "check %q: its function gives a promise, which is always true; await before check", name)
		}
	}
	passed, decided = v.ToBoolean(), true
	return passed
}

// callable is a function of the script as natives of the language call it: what it throws goes through the caller. That
// takes half of what goja.AssertFunction does. Nil if v is no function.
func (s *State) callable(v goja.Value) js.Native {
	if o, ok := v.(*goja.Object); ok && o.ExportType() == nativeType {
		fn, _ := o.Export().(js.Native)
		return fn
	}
	fn, ok := goja.AssertFunction(v) // a Proxy of one
	if !ok {
		return nil
	}
	return func(c goja.FunctionCall) goja.Value {
		v, err := fn(c.This, c.Arguments...)
		vu.Rethrow(s.rt(), err)
		return v
	}
}

var nativeType = reflect.TypeFor[js.Native]()

// inGroup is group(name, fn).
func (s *State) inGroup(c goja.FunctionCall) goja.Value {
	rt := s.rt()
	s.inIteration("group")
	name := c.Argument(0).String()
	if strings.Contains(name, separator) {
		js.Throw(rt, "group %q: a name must not have %q in it", name, separator)
	}
	fn, ok := goja.AssertFunction(c.Argument(1))
	if !ok {
		js.ThrowType(rt, "group(name, fn): fn must be a function")
	}
	before, base, tags := s.group, s.base, s.tags
	if name != "" { // k6 has no group of that name: it is the one around it
		s.setGroup(before + separator + name)
	}
	began := time.Now()
	v, err := fn(goja.Undefined())
	if err == nil && isPromise(v) {
		err = s.vm.Guard(func() {
			js.ThrowType(rt, "group %q: its function is async, and would go on after the group has ended; await outside of group", name)
		})
	} else if !s.vm.Killed() { // else it has not ended by itself
		s.noteGroup()
		s.add(s.run.Metrics.Builtin.GroupDuration, millisOf(time.Since(began)), nil)
	}
	if s.base == base {
		s.group, s.tags = before, tags
	} else { // the script has changed its own tags in the group
		s.setGroup(before)
	}
	vu.Rethrow(rt, err)
	return v
}

// separator stands between the names of groups and checks.
const separator = "::"

// isPromise tells a promise without running code of the script.
func isPromise(v goja.Value) bool {
	o, ok := v.(*goja.Object)
	return ok && o.ExportType() == js.PromiseType
}

func millisOf(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
