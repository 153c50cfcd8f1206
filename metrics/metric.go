// Package metrics holds the metrics of a k6 script in constant memory: counters, gauges, rates and trends, the
// submetrics that thresholds name, the tree of groups and checks, and the summaries that k6 makes of them. It knows no
// JavaScript and has no clock.
package metrics

import (
	"fmt"
	"regexp"
)

// Type says what becomes of a metric's samples.
type Type uint8

// The types of k6.
const (
	Counter Type = iota // the sum
	Gauge               // the latest value, the lowest and the highest
	Rate                // the share of samples that are not 0
	Trend               // the distribution
)

// String is the name that k6 gives the type in its summaries.
func (t Type) String() string { return [...]string{"counter", "gauge", "rate", "trend"}[t] }

// Contains says what the values of a metric are.
type Contains uint8

// What k6 tells apart.
const (
	Default Contains = iota // plain numbers
	Time                    // milliseconds
	Data                    // bytes
)

// String is the name that k6 gives it in its summaries.
func (c Contains) String() string { return [...]string{"default", "time", "data"}[c] }

// Metric is one metric of an Engine. It is never changed: any goroutine may read it.
type Metric struct {
	Name     string
	Type     Type
	Contains Contains

	series int32        // where its samples are counted, an index in Engine.series
	subs   *filterIndex // submetrics; nil if no threshold names one, and then nobody looks at the tags of a sample
}

// nameForm is what k6 takes for the name of a metric.
var nameForm = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]{1,128}$`)

func (m *Metric) describe() string {
	if m.Contains == Default {
		return "a " + m.Type.String()
	}
	return fmt.Sprintf("a %s of %s", m.Type, m.Contains)
}

// Metric gives the metric of that name and makes it if there is none. Any goroutine may call it at any time. It fails
// for a name that k6 does not take, and if there is a metric of that name that is something else.
func (e *Engine) Metric(name string, t Type, c Contains) (*Metric, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if m, ok := e.byName[name]; ok {
		if m.Type != t || m.Contains != c {
			wanted := Metric{Type: t, Contains: c}
			return nil, fmt.Errorf("metric %q is %s already and cannot also be %s: use another name", name, m.describe(), wanted.describe())
		}
		return m, nil
	}
	if !nameForm.MatchString(name) {
		return nil, fmt.Errorf("%q cannot be the name of a metric: it takes 2 to 129 letters, digits and underscores, no digit first", name)
	}
	return e.newMetric(name, t, c), nil
}

// newMetric makes a metric. Called with e.mu held.
func (e *Engine) newMetric(name string, t Type, c Contains) *Metric {
	m := &Metric{Name: name, Type: t, Contains: c}
	m.series = e.newSeries(&series{metric: m, key: name})
	e.byName[name] = m
	return m
}

// newSeries registers a series and gives its index. Called with e.mu held.
func (e *Engine) newSeries(s *series) int32 {
	e.series = append(e.series, s)
	return int32(len(e.series) - 1)
}
