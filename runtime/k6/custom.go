package k6

import (
	"fmt"
	"math"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// customTypes are the classes of the module k6/metrics.
var customTypes = map[string]metrics.Type{
	"Counter": metrics.Counter, "Gauge": metrics.Gauge, "Rate": metrics.Rate, "Trend": metrics.Trend,
}

// custom is the module k6/metrics: metrics of the script's own.
func custom() spec {
	return spec{
		names: []string{"Counter", "Gauge", "Rate", "Trend"},
		build: func(s *State, name string) goja.Value {
			rt := s.rt()
			class := js.Constructor(rt, name, 2, func(c goja.ConstructorCall) { s.newMetric(name, c) })
			js.Method(rt, js.Prototype(class), "add", 2, func(c goja.FunctionCall) goja.Value {
				m := js.Reveal[*metrics.Metric](c.This, metricKey)
				if m == nil {
					js.ThrowType(rt, "add has to be called as a method of a metric: trend.add(value)")
				}
				return rt.ToValue(s.addCustom(m, c))
			})
			return class
		},
	}
}

// newMetric is new Trend(name, isTime).
func (s *State) newMetric(class string, c goja.ConstructorCall) {
	rt := s.rt()
	s.atInit("new " + class)
	contains := metrics.Default
	if c.Argument(1).ToBoolean() {
		contains = metrics.Time
	}
	name := js.TextOf(c.Argument(0))
	m, err := s.run.Metrics.Metric(name, customTypes[class], contains)
	if err != nil {
		js.Throw(rt, "new %s: %s", class, err)
	}
	_ = c.This.DefineDataProperty("name", rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_TRUE)
	js.Hide(rt, c.This, metricKey, m)
}

// metricKey is where an object of a class of k6/metrics has its metric.
var metricKey = goja.NewSymbol("metric")

// addCustom is metric.add(value, tags). What is no number is not recorded.
func (s *State) addCustom(m *metrics.Metric, fc goja.FunctionCall) bool {
	if s.now() == atTopLevel {
		s.inIteration(m.Name + ".add") // throws; a text for each call would cost too much
	}
	v, value := fc.Argument(0), math.NaN()
	if js.Given(v) {
		value = v.ToFloat() // of [5], 5
	}
	if m.Type == metrics.Rate && !math.IsNaN(value) { // "0" is true, as in JavaScript
		value = 0
		if v.ToBoolean() {
			value = 1
		}
	}
	if math.IsNaN(value) {
		text := fmt.Sprintf("metric %s: %v is not a number and is not counted", m.Name, v)
		if s.run.Throws() {
			js.Throw(s.rt(), "%s", text)
		}
		s.vm.Env.Log(vu.Warning, text)
		return false
	}
	s.add(m, value, s.tagsOf("the tags of add", fc.Argument(1)))
	return true
}
