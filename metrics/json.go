package metrics

import (
	"io"
	"math"
	"time"

	"katydid/internal/ordered"
)

// object is a JSON object that keeps the order of its members.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	return ordered.Object(func(yield func(string, any) bool) {
		for _, m := range o {
			if !yield(m.name, m.value) {
				return
			}
		}
	})
}

// figure is a number of a summary; what JSON has no number for is null.
func figure(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

// WriteJSON writes the data that k6 gives to handleSummary, as JSON on one line.
func (s *Summary) WriteJSON(w io.Writer) error {
	names := []string{}
	for _, stat := range s.TrendStats {
		names = append(names, stat.Name)
	}
	data := object{
		{"root_group", s.State.Root.data()},
		{"options", object{{"summaryTrendStats", names}, {"summaryTimeUnit", string(s.TimeUnit)}, {"noColor", s.NoColor}}},
		{"state", object{
			{"isStdOutTTY", s.StdoutTTY}, {"isStdErrTTY", s.StderrTTY},
			{"testRunDurationMs", float64(s.Run) / float64(time.Millisecond)},
		}},
		{"metrics", s.metrics(s.metricData)},
	}
	if s.SetupData != nil {
		data = append(data, member{"setup_data", s.SetupData})
	}
	text, err := ordered.Marshal(data)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// metrics is all metrics and submetrics in the order of the text, each as what of makes of it.
func (s *Summary) metrics(of func(*Series) object) object {
	all := object{}
	for _, f := range s.State.families() {
		if f.own != nil {
			all = append(all, member{f.own.Key, of(f.own)})
		}
		for _, sub := range f.subs {
			all = append(all, member{sub.Key, of(sub)})
		}
	}
	return all
}

func (s *Summary) metricData(series *Series) object {
	m := series.Metric
	data := object{{"type", m.Type.String()}, {"contains", m.Contains.String()}, {"values", s.values(series, "rate")}}
	if thresholds := s.thresholds(series.Key, func(ok bool) any { return object{{"ok", ok}} }); thresholds != nil {
		data = append(data, member{"thresholds", thresholds})
	}
	return data
}

// values is the figures of a metric. rate is the name for the share of a Rate.
func (s *Summary) values(series *Series, rate string) object {
	v := &series.Values
	switch series.Metric.Type {
	case Counter:
		return object{{"count", figure(v.Sum)}, {"rate", figure(v.PerSecond(s.Run))}}
	case Gauge:
		return object{{"value", figure(v.Last)}, {"min", figure(v.Min)}, {"max", figure(v.Max)}}
	case Rate:
		return object{{rate, v.Share()}, {"passes", v.Passes}, {"fails", v.Samples - v.Passes}}
	}
	values := object{}
	for i := range s.TrendStats {
		values = values.with(s.TrendStats[i].Name, figure(s.TrendStats[i].of(v)))
	}
	return values
}

// with is the object with a member, in the place of the one that has its name.
func (o object) with(name string, value any) object {
	for i := range o {
		if o[i].name == name {
			o[i].value = value
			return o
		}
	}
	return append(o, member{name, value})
}

// thresholds is whether those on a series hold, by their expressions; nil if there are none.
func (s *Summary) thresholds(key string, as func(ok bool) any) (thresholds object) {
	for _, r := range s.resultsOf(key) {
		thresholds = thresholds.with(r.Expr, as(r.OK))
	}
	return thresholds
}

func (g *Group) data() object {
	groups, checks := []object{}, []object{}
	for _, in := range g.Groups {
		groups = append(groups, in.data())
	}
	for i := range g.Checks {
		checks = append(checks, g.Checks[i].data())
	}
	return object{{"name", g.Name}, {"path", g.Path}, {"id", g.ID}, {"groups", groups}, {"checks", checks}}
}

func (c *Check) data() object {
	return object{{"name", c.Name}, {"path", c.Path}, {"id", c.ID}, {"passes", c.Passes}, {"fails", c.Fails}}
}
