package k6

import (
	"time"

	"katydid/metrics"
)

// add records a sample with the user's tags and, on top, those given.
func (s *State) add(m *metrics.Metric, value float64, more tagList) {
	s.run.Metrics.Add(m, value, s.tagged(more), time.Now())
}

// tagged is the user's tags with some more.
func (s *State) tagged(more tagList) metrics.Tags {
	if len(more) == 0 {
		return s.tags
	}
	return s.tags.With(more...)
}
