package metrics

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// threshold is one condition on one series.
type threshold struct {
	Threshold
	expr   Expr
	key    Key
	series int32 // known after Validate
}

// Result is what became of a threshold at one moment.
type Result struct {
	Key string // see Key.String
	Threshold
	Method string  // as the expression writes it, such as p(95)
	Value  float64 // of the method
	// Judged is whether Value was compared: not before the end if there are no samples. What is not judged is OK.
	Judged, OK bool
}

// Thresholds reads the thresholds and keeps them for Validate, in their order.
func (e *Engine) Thresholds(spec []ThresholdsOf) error {
	for _, of := range spec {
		key, err := ParseKey(of.Key)
		if err != nil {
			return err
		}
		for _, t := range of.Thresholds {
			expr, err := ParseExpr(t.Expr)
			if err != nil {
				return fmt.Errorf("thresholds of %s: %w", of.Key, err)
			}
			e.thresholds = append(e.thresholds, threshold{Threshold: t, expr: expr, key: key})
		}
	}
	return nil
}

// Validate finds the metrics that the thresholds are about, checks that they have what the expressions ask for, and makes
// the submetrics. It is called once, when the script has made its own metrics.
func (e *Engine) Validate() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	made := map[string]int32{expectedKey: e.expected}
	for i := range e.thresholds {
		t := &e.thresholds[i]
		m, ok := e.byName[t.key.Metric]
		if !ok {
			return fmt.Errorf("thresholds of %s: there is no metric %q: make it in the script, or correct the name", t.key, t.key.Metric)
		}
		if err := t.fits(m); err != nil {
			return err
		}
		t.series = m.series
		if t.key.Tags != nil {
			text := t.key.String()
			t.series, ok = made[text]
			if !ok {
				t.series = e.newSeries(&series{metric: m, key: text, tags: t.key.Tags})
				made[text] = t.series
				e.index(m, t.key.Tags, t.series)
			}
		}
		e.series[m.series].named, e.series[t.series].named = true, true
	}
	return nil
}

func (t *threshold) fits(m *Metric) error {
	methods := methodsOf[m.Type]
	if slices.Contains(methods, t.expr.Method) || m.Type == Trend && strings.HasPrefix(t.expr.Method, "p(") {
		return nil
	}
	return fmt.Errorf("thresholds of %s: %q: %s is a %s, of which a threshold can ask %s", t.key, t.Expr, m.Name, m.Type,
		strings.Join(methods, ", "))
}

// index makes samples of m find a submetric.
func (e *Engine) index(m *Metric, tags []Tag, series int32) {
	sub := submetric{series: series}
	if m == e.Builtin.HTTPReqFailed {
		e.requestSubs = e.requestSubs.with(tags, sub)
	}
	for _, measure := range requestMeasures {
		if m == measure.metric(&e.Builtin) {
			sub.value = measure.value
			e.requestSubs = e.requestSubs.with(tags, sub)
		}
	}
	m.subs = m.subs.with(tags, sub)
}

// Evaluate judges the thresholds, in their order. Before the end, a threshold on something that has no samples is not
// judged; at the end it is, with the value 0, but for rates, which pass. abort says that one of AbortOnFail does not hold
// after elapsed, which is how long the load has lasted, and that the load has to stop.
func (e *Engine) Evaluate(s *State, elapsed time.Duration, final bool) (results []Result, abort bool) {
	byKey := make(map[string]*Series, len(s.Series))
	for _, series := range s.Series {
		byKey[series.Key] = series
	}
	for i := range e.thresholds {
		t := &e.thresholds[i]
		r := Result{Key: t.key.String(), Threshold: t.Threshold, Method: t.expr.Method, OK: true}
		series := byKey[r.Key]
		m := series.Metric
		r.Value = series.Values.of(&t.expr, m.Type, elapsed)
		r.Judged = series.Values.Samples > 0 || final && m.Type != Rate
		if r.Judged {
			r.OK = t.expr.holds(r.Value)
		}
		if !r.OK && t.AbortOnFail && !final && elapsed >= t.DelayAbortEval {
			abort = true
		}
		results = append(results, r)
	}
	return results, abort
}
