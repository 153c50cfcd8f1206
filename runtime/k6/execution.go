package k6

import (
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// execution is the module k6/execution: where the user is in the test.
func execution() spec {
	return spec{
		names: []string{"vu", "scenario", "instance", "test"},
		build: func(s *State, name string) goja.Value {
			switch name {
			case "vu":
				return s.executionVU()
			case "scenario":
				return s.executionScenario()
			case "instance":
				return s.executionInstance()
			}
			return s.executionTest()
		},
	}
}

// live is an object of values that change, and of members that do not.
func (s *State) live(names []string, live func(name string) any, build func(name string) goja.Value) goja.Value {
	return js.NewLazy(s.rt(), js.Lazy{
		Names: names,
		Live: func(name string) goja.Value {
			if v := live(name); v != nil {
				return s.rt().ToValue(v)
			}
			return nil
		},
		Build: build,
	})
}

func (s *State) executionVU() goja.Value {
	return s.live([]string{"idInTest", "idInInstance", "iterationInInstance", "iterationInScenario", "tags", "metrics"}, func(name string) any {
		switch name {
		case "idInTest":
			if s.vm.ID == 0 { // no user
				return s.vm.ID
			}
			return s.run.Shard.Number(s.vm.ID-1) + 1
		case "idInInstance":
			return s.vm.ID
		case "iterationInInstance":
			return max(s.iteration, 0)
		case "iterationInScenario":
			return max(s.inThis-1, 0)
		}
		return nil
	}, func(name string) goja.Value {
		tags := s.rt().NewDynamicObject(&tagObject{s, &s.own})
		if name == "tags" {
			return tags
		}
		o := s.rt().NewObject()
		_ = o.Set("tags", tags)
		_ = o.Set("metadata", s.rt().NewDynamicObject(&tagObject{s, &s.metadata}))
		return o
	})
}

// inScenario throws where there is no scenario: at the top level, in setup and teardown.
func (s *State) inScenario() {
	if s.scenario == nil {
		js.Throw(s.rt(), "this information is there only while a scenario runs, not at the top level, in setup or in teardown")
	}
}

func (s *State) executionScenario() goja.Value {
	names := []string{"name", "executor", "startTime", "progress", "iterationInInstance", "iterationInTest"}
	return s.live(names, func(name string) any {
		s.inScenario()
		switch name {
		case "name":
			return s.scenario.Name
		case "executor":
			return s.scenario.Executor
		case "startTime":
			return s.scenario.began().UnixMilli()
		case "progress":
			return s.scenario.progress(time.Now())
		case "iterationInInstance":
			return s.ownNumber
		}
		return s.number
	}, nil)
}

func (s *State) executionInstance() goja.Value {
	names := []string{"vusActive", "vusInitialized", "iterationsCompleted", "iterationsInterrupted", "currentTestRunDuration"}
	return s.live(names, func(name string) any {
		r := s.run
		switch name {
		case "vusActive":
			return r.Pool.Live()
		case "vusInitialized":
			return r.Pool.Made()
		case "iterationsCompleted":
			return r.Completed.Load()
		case "iterationsInterrupted":
			return r.Interrupted.Load()
		}
		return millisOf(r.Elapsed())
	}, nil)
}

func (s *State) executionTest() goja.Value {
	rt := s.rt()
	return js.NewLazy(rt, js.Lazy{Names: []string{"abort", "fail", "options"}, Build: func(name string) goja.Value {
		switch name {
		case "abort":
			return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
				s.aborting = true
				s.run.Abort(js.TextOf(c.Argument(0)))
				if s.run.Pool != nil {
					s.run.Pool.KillAll() // no further iteration begins
				}
				s.vm.Kill() // nothing of this one goes on
				return goja.Undefined()
			})
		case "fail":
			return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
				s.run.Fail(js.TextOf(c.Argument(0)))
				return goja.Undefined()
			})
		}
		return s.testOptions()
	}})
}

// testOptions is a frozen copy of the options that the test runs with.
func (s *State) testOptions() goja.Value {
	rt := s.rt()
	if s.run.Options == nil {
		js.Throw(rt, "exec.test.options is there only when the test runs: at the top level the options are not known yet")
	}
	o := s.parseJSON(s.run.Options.JSON())
	js.Freeze(rt, o)
	return o
}

// tagObject is exec.vu.metrics.tags or metadata.
type tagObject struct {
	s    *State
	list *tagList
}

// Get implements goja.DynamicObject.
func (t *tagObject) Get(key string) goja.Value {
	if v, ok := t.list.get(key); ok {
		return t.s.rt().ToValue(v)
	}
	if t.list == &t.s.own {
		if v, ok := t.s.tags.Tag(key); ok {
			return t.s.rt().ToValue(v)
		}
	}
	return nil
}

// Set implements goja.DynamicObject.
func (t *tagObject) Set(key string, v goja.Value) bool {
	switch js.TypeName(v) {
	case "string", "number", "boolean":
		t.list.set(key, v.String())
		t.s.retag()
		return true
	}
	js.ThrowType(t.s.rt(), "tag %q: the value must be a string, a number or a boolean, not %v", key, v)
	return false
}

// Has implements goja.DynamicObject.
func (t *tagObject) Has(key string) bool { return t.Get(key) != nil }

// Delete implements goja.DynamicObject.
func (t *tagObject) Delete(key string) bool {
	t.list.remove(key)
	t.s.retag()
	return true
}

// Keys implements goja.DynamicObject.
func (t *tagObject) Keys() []string {
	var keys []string
	for _, tag := range *t.list {
		keys = append(keys, tag.Name)
	}
	return keys
}
