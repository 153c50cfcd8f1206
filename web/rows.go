package web

import (
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
)

// Row begins the history of one of the names whose requests h has all together, in at most most points. Up to now it is
// empty, and as long as that of h: their intervals end at the same times. start is Snapshot.Start of the first that will
// be added: after a reset both begin anew.
func (h *History) Row(start time.Time, most int) *History {
	r := &History{start: start, most: most + most%2}
	if !start.Equal(h.start) || len(h.points) == 0 {
		return r
	}
	r.each, r.in = h.each, h.in
	for i := range h.points {
		r.points = append(r.points, point{end: h.points[i].end, cpu: -1})
	}
	for len(r.points) > r.most {
		r.halve()
	}
	return r
}

// AddRow appends what happened to one row since the snapshot before. A row has no users, lag or processors of its own.
// times are the row's of s.Interval; nil if it had none. As Add, it does nothing for a snapshot without an interval.
func (h *History) AddRow(s *stats.Snapshot, r *stats.Row, times *stats.IntervalRow) {
	if s.Interval == nil {
		return
	}
	h.Begin(s.Start)
	p := point{end: s.At.Sub(s.Start), requests: r.Count - h.before.requests, failures: r.Failures - h.before.failures, cpu: -1}
	h.before = point{requests: r.Count, failures: r.Failures}
	iv := &stats.Interval{Start: s.Interval.Start, End: s.Interval.End}
	if times != nil {
		iv.Total, iv.Response = times.Times, times.Response
	}
	h.add(p, iv)
}

// Clone is a copy that the other's further course leaves alone.
func (h *History) Clone() *History {
	c := *h
	c.points = make([]point, len(h.points))
	for i, p := range h.points {
		p.service.n, p.response.n = slices.Clone(p.service.n), slices.Clone(p.response.n)
		c.points[i] = p
	}
	return &c
}

// PerOctave is how many buckets of Buckets a doubling of the time has.
const PerOctave = perOctave

// Buckets are the counts of a histogram of microseconds: bucket first+i begins at 2^((first+i)/PerOctave). They are empty
// for nil.
func Buckets(h *hdrhistogram.PackedHistogram) (first int, n []int64) {
	var c counts
	c.add(h)
	n = make([]int64, len(c.n))
	for i, count := range c.n {
		n[i] = int64(count)
	}
	return c.first, n
}
