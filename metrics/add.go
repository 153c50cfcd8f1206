package metrics

import (
	"math"
	"time"
)

// Add counts a sample. The time matters for gauges, whose value is that of the latest sample, and to a Sink; else it may
// be zero. NaN is no value and not counted: whoever lets a script add it has to refuse it.
func (e *Engine) Add(m *Metric, value float64, tags Tags, at time.Time) {
	if math.IsNaN(value) {
		return
	}
	if e.raw != nil {
		e.raw.one(m, value, at, tags, Tag{})
	}
	s := sample{series: m.series, check: -1, value: value}
	if m.Type == Gauge {
		s.at = at.UnixNano()
	}
	var room [8]*submetric
	var hits []*submetric
	if m.subs != nil {
		hits = m.subs.match(&lookup{tags: tags}, room[:0])
	}
	sh := e.hold()
	sh.samples = append(sh.samples, s)
	for _, hit := range hits {
		s.series = hit.series
		sh.samples = append(sh.samples, s)
	}
	e.release(sh)
}

// Check counts a check: in the tree of groups, under the path of its group ("" is the root, "::a::b" is b in a), and as a
// sample of the metric checks, which has the tags group and check beside the given ones. The time is for a Sink.
func (e *Engine) Check(group, name string, ok bool, tags Tags, at time.Time) {
	s := sample{series: e.Builtin.Checks.series}
	if ok {
		s.value = 1
	}
	if e.raw != nil {
		e.raw.checked(e.Builtin.Checks, s.value, at, tags, name)
	}
	var room [8]*submetric
	var hits []*submetric
	if subs := e.Builtin.Checks.subs; subs != nil {
		hits = subs.match(&lookup{own: [2]Tag{{"group", group}, {"check", name}}, tags: tags}, room[:0])
	}
	sh := e.hold()
	key := checkKey{group, name}
	id, known := sh.checks[key]
	if !known {
		if id, known = e.tree.check(key); known {
			sh.checks[key] = id
		}
	}
	s.check = id
	sh.samples = append(sh.samples, s)
	s.check = -1
	for _, hit := range hits {
		s.series = hit.series
		sh.samples = append(sh.samples, s)
	}
	e.release(sh)
}

// Group makes a group known, so that the summary shows it though it has no check.
func (e *Engine) Group(path string) { e.tree.group(path) }
