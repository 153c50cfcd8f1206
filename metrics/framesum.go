package metrics

import (
	"errors"
	"fmt"
	"time"
)

// Sum adds up frames of several processes that run the same script. The figures are those that one Engine would have if
// it had counted all samples. Gauges have the latest value of any; only those that count users are added up. The zero
// value is empty. One goroutine uses it.
type Sum struct {
	at      time.Time
	metrics map[string]*Metric
	byKey   map[string]*Series
	series  []*Series
	tree    *tree
	figures []tally
}

// Add adds a frame. An error says that it is damaged or of another script, and what was added of it stays.
func (s *Sum) Add(f *Frame) error {
	if s.tree == nil {
		t := newTree()
		s.tree, s.metrics, s.byKey = &t, map[string]*Metric{}, map[string]*Series{}
	}
	if f.At.After(s.at) {
		s.at = f.At
	}
	var err error
	for i := range f.Series {
		err = errors.Join(err, s.addSeries(&f.Series[i]))
	}
	for _, path := range f.Groups {
		s.tree.group(path)
	}
	for _, c := range f.Checks {
		id, _ := s.tree.check(checkKey{c.Group, c.Name})
		for int(id) >= len(s.figures) {
			s.figures = append(s.figures, tally{})
		}
		s.figures[id].passes += c.Passes
		s.figures[id].fails += c.Fails
	}
	return err
}

func (s *Sum) addSeries(f *FrameSeries) error {
	if f.Type > Trend || f.Contains > Data {
		return fmt.Errorf("metric %q is of no known type", f.Metric)
	}
	m := s.metrics[f.Metric]
	if m == nil {
		m = &Metric{Name: f.Metric, Type: f.Type, Contains: f.Contains}
		s.metrics[f.Metric] = m
	}
	if m.Type != f.Type || m.Contains != f.Contains {
		other := Metric{Type: f.Type, Contains: f.Contains}
		return fmt.Errorf("metric %q is %s in one process and %s in another: they run different scripts", f.Metric, m.describe(), other.describe())
	}
	series := s.byKey[f.Key]
	if series == nil {
		series = &Series{Metric: m, Key: f.Key, Tags: f.Tags}
		s.byKey[f.Key] = series
		s.series = append(s.series, series)
	}
	if f.Samples == 0 {
		return nil
	}
	if err := series.Values.addFrame(m, f); err != nil {
		return fmt.Errorf("metric %q: %w", f.Key, err)
	}
	return nil
}

// countsUsers are the gauges of which each process has a part.
func (m *Metric) countsUsers() bool { return m.Name == "vus" || m.Name == "vus_max" }

// addFrame adds the values of another process, of which there are some.
func (v *Values) addFrame(m *Metric, f *FrameSeries) error {
	first := v.Samples == 0
	switch {
	case m.countsUsers():
		v.Min, v.Max, v.Last = v.Min+float64(f.Min), v.Max+float64(f.Max), v.Last+float64(f.Last)
	case first:
		v.Min, v.Max = float64(f.Min), float64(f.Max)
	default:
		v.Min, v.Max = min(v.Min, float64(f.Min)), max(v.Max, float64(f.Max))
	}
	if m.Type == Gauge && !m.countsUsers() && (first || f.LastAt >= v.lastAt) {
		v.Last, v.lastAt = float64(f.Last), f.LastAt
	}
	v.Samples += f.Samples
	v.Passes += f.Passes
	v.sum(float64(f.Sum))
	if m.Type != Trend {
		return nil
	}
	return v.spread.addFrame(f)
}

var errDamaged = errors.New("the counts of a distribution are damaged")

// addFrame adds a distribution. Few values stay as they are, as if they had been added one by one.
func (d *distribution) addFrame(f *FrameSeries) error {
	n := int64(len(f.Raw)) + f.Zeros
	for _, v := range f.Raw {
		d.add(float64(v))
	}
	if len(f.Positive) > 0 || len(f.Negative) > 0 || f.Zeros > 0 {
		if d.buckets == nil {
			d.pour()
		}
		d.buckets.zeros += f.Zeros
		for _, side := range []struct {
			from Buckets
			to   *side
		}{{f.Positive, &d.buckets.positive}, {f.Negative, &d.buckets.negative}} {
			sum, ok := side.from.into(side.to)
			if !ok {
				return errDamaged
			}
			n += sum
		}
	}
	if n != f.Samples {
		return errDamaged
	}
	return nil
}

// State is what has been added so far, for Evaluate and summaries.
func (s *Sum) State() *State {
	if s.tree == nil {
		t := newTree()
		s.tree = &t
	}
	state := &State{At: s.at}
	for _, series := range s.series {
		state.Series = append(state.Series, &Series{Metric: series.Metric, Key: series.Key, Tags: series.Tags, Values: series.Values.clone()})
	}
	state.Root, state.Checks = s.tree.snapshot(s.figures)
	return state
}

// Judge evaluates thresholds on a state where there is no script to ask, see Engine.Evaluate. Those on metrics that no
// process has had are not judged.
func Judge(s *State, spec []ThresholdsOf, elapsed time.Duration, final bool) (results []Result, abort bool, err error) {
	e := New()
	known := map[string]bool{}
	for _, series := range s.Series {
		m := series.Metric
		if _, err := e.Metric(m.Name, m.Type, m.Contains); err != nil {
			return nil, false, err
		}
		known[series.Key] = true
	}
	var judged []ThresholdsOf
	for _, of := range spec {
		key, err := ParseKey(of.Key)
		if err != nil {
			return nil, false, err
		}
		if known[key.String()] {
			judged = append(judged, of)
		}
	}
	if err := e.Thresholds(judged); err != nil {
		return nil, false, err
	}
	if err := e.Validate(); err != nil {
		return nil, false, err
	}
	results, abort = e.Evaluate(s, elapsed, final)
	return results, abort, nil
}

// Spec is the thresholds that the engine has, for Judge.
func (e *Engine) Spec() (spec []ThresholdsOf) {
	for i := range e.thresholds {
		t := &e.thresholds[i]
		spec = append(spec, ThresholdsOf{Key: t.key.String(), Thresholds: []Threshold{t.Threshold}})
	}
	return spec
}
