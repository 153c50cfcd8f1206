package module

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/vu"
	"katydid/stats"
)

// hostOf is where relative URLs lead for the VM's user; in the main VM the --host, or the first class's host.
func hostOf(vm *vu.VM) string {
	if vm.Class != nil {
		return vm.Class.Host
	}
	if r := runOf(vm); r.Host != "" {
		return r.Host
	}
	for _, c := range vm.Env.Classes {
		if c.Host != "" {
			return c.Host
		}
	}
	return ""
}

// environmentOf gives the environment object of a VM, made on its first use. Figures in it are those of the last second.
func environmentOf(vm *vu.VM) goja.Value {
	l := localOf(vm)
	if l.environment == nil {
		l.environment = newEnvironment(vm)
	}
	return l.environment
}

func newEnvironment(vm *vu.VM) *goja.Object {
	rt, run := vm.RT, runOf(vm)
	o := rt.NewObject()
	_ = o.Set("events", events(vm))
	get := func(names []string, fn func() goja.Value) {
		for _, name := range names {
			js.Accessor(rt, o, name, func(goja.FunctionCall) goja.Value { return fn() }, nil)
		}
	}
	get([]string{"host"}, func() goja.Value { return rt.ToValue(hostOf(vm)) })
	options, settled := plainOptions(rt, run.Options), run.Settled
	get([]string{"parsedOptions", "parsed_options"}, func() goja.Value {
		if settled != run.Settled {
			options, settled = plainOptions(rt, run.Options), run.Settled
		}
		return options
	})
	get([]string{"stopTimeout", "stop_timeout"}, func() goja.Value { return rt.ToValue(run.StopTimeout) })
	get([]string{"stats"}, func() goja.Value { return statsObject(rt, run.Stats()) })
	runner := runnerOf(vm)
	get([]string{"runner"}, func() goja.Value { return runner })
	get([]string{"shapeClass", "shape_class"}, func() goja.Value {
		if run.Shape == "" {
			return goja.Null()
		}
		return rt.ToValue(run.Shape)
	})
	for _, name := range []string{"processExitCode", "process_exit_code"} {
		js.Accessor(rt, o, name, func(goja.FunctionCall) goja.Value {
			if code := run.ExitCode.Load(); code != NoExitCode {
				return rt.ToValue(code)
			}
			return goja.Null()
		}, func(c goja.FunctionCall) goja.Value {
			code, ok := js.Whole(c.Argument(0))
			if !ok || code < 0 || code > 255 {
				js.ThrowType(rt, "processExitCode must be a whole number from 0 to 255, not %v", c.Argument(0))
			}
			run.ExitCode.Store(code)
			return goja.Undefined()
		})
	}
	return o
}

// plainOptions copies options into JavaScript's own kinds of values. Goja's wrapper of a Go map would let the users'
// scripts write to one map from many goroutines.
func plainOptions(rt *goja.Runtime, options map[string]any) goja.Value {
	o := rt.NewObject()
	for _, name := range slices.Sorted(maps.Keys(options)) {
		_ = o.Set(name, plainValue(rt, options[name]))
	}
	return o
}

func plainValue(rt *goja.Runtime, v any) goja.Value {
	var items []any
	switch v := v.(type) {
	case nil:
		return goja.Null()
	case []string:
		for _, s := range v {
			items = append(items, s)
		}
	case []any:
		for _, x := range v {
			items = append(items, plainValue(rt, x))
		}
	default:
		return rt.ToValue(v)
	}
	return rt.NewArray(items...)
}

// runnerOf makes environment.runner.
func runnerOf(vm *vu.VM) goja.Value {
	rt, run := vm.RT, runOf(vm)
	o := rt.NewObject()
	stop := func(name string) js.Native {
		return func(goja.FunctionCall) goja.Value {
			vm.Env.Stop("the script called runner." + name + "()")
			return goja.Undefined()
		}
	}
	js.Method(rt, o, "quit", 0, stop("quit"))
	js.Method(rt, o, "stop", 0, stop("stop"))
	get := func(fn func() any, names ...string) {
		for _, name := range names {
			js.Accessor(rt, o, name, func(goja.FunctionCall) goja.Value { return rt.ToValue(fn()) }, nil)
		}
	}
	get(func() any { live, _ := run.Users(); return live }, "userCount", "user_count")
	get(func() any { _, target := run.Users(); return target }, "targetUserCount", "target_user_count")
	get(func() any { return run.State() }, "state")
	return o
}

// statsObject shows a snapshot to a script: total, entries, get(method, name).
func statsObject(rt *goja.Runtime, s *stats.Snapshot) goja.Value {
	o := rt.NewObject()
	_ = o.Set("total", rowObject(rt, s, &s.Total))
	js.Method(rt, o, "get", 2, func(c goja.FunctionCall) goja.Value {
		for i := range s.Rows {
			if r := &s.Rows[i]; r.Method == c.Argument(0).String() && r.Name == c.Argument(1).String() {
				return rowObject(rt, s, r)
			}
		}
		return goja.Undefined()
	})
	js.Accessor(rt, o, "entries", func(goja.FunctionCall) goja.Value {
		list := make([]any, len(s.Rows))
		for i := range s.Rows {
			list[i] = rowObject(rt, s, &s.Rows[i])
		}
		return rt.NewArray(list...)
	}, nil)
	return o
}

// rowObject has Locust's names in camelCase and in snake_case; times are in milliseconds.
func rowObject(rt *goja.Runtime, s *stats.Snapshot, r *stats.Row) goja.Value {
	o := rt.NewObject()
	set := func(value any, names ...string) {
		for _, name := range names {
			_ = o.Set(name, value)
		}
	}
	ratio := 0.0
	if r.Count > 0 {
		ratio = float64(r.Failures) / float64(r.Count)
	}
	set(r.Method, "method")
	set(r.Name, "name")
	set(r.Count, "numRequests", "num_requests")
	set(r.Failures, "numFailures", "num_failures")
	set(ratio, "failRatio", "fail_ratio")
	set(millisOf(r.Service.Mean()), "avgResponseTime", "avg_response_time")
	set(millisOf(r.Service.Quantile[0]), "medianResponseTime", "median_response_time")
	set(millisOf(r.Service.Min), "minResponseTime", "min_response_time")
	set(millisOf(r.Service.Max), "maxResponseTime", "max_response_time")
	set(s.RPS(r), "totalRps", "total_rps")
	set(s.FPS(r), "totalFailPerSec", "total_fail_per_sec")
	set(r.RecentRPS, "currentRps", "current_rps")
	set(r.RecentFPS, "currentFailPerSec", "current_fail_per_sec")
	percentile := js.Function(rt, "percentile", 1, func(c goja.FunctionCall) goja.Value {
		return rt.ToValue(millisOf(percentileOf(rt, r, c.Argument(0).ToFloat())))
	})
	set(percentile, "percentile", "getResponseTimePercentile", "get_response_time_percentile")
	return o
}

// percentileOf looks p up among the quantiles that every row carries.
func percentileOf(rt *goja.Runtime, r *stats.Row, p float64) time.Duration {
	for i, q := range stats.Quantiles {
		if math.Abs(q-p) < 1e-9 {
			return r.Service.Quantile[i]
		}
	}
	js.ThrowRange(rt, "percentile(%v): known are %v", p, stats.Quantiles)
	return 0
}

// Event makes the argument of the main VM's events: {environment, ...more}.
func Event(m *vu.Main, more map[string]any) goja.Value {
	e := m.RT.NewObject()
	_ = e.Set("environment", environmentOf(m.VM))
	_ = e.Set("runner", environmentOf(m.VM).ToObject(m.RT).Get("runner"))
	for key, v := range more {
		_ = e.Set(key, v)
	}
	return e
}
