package stats

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Interval is the times that were collected between two snapshots, as histograms of microseconds. Immutable, as the
// snapshot is.
type Interval struct {
	Start, End time.Time
	Total      *hdrhistogram.PackedHistogram // service times; empty if nothing was timed
	Rows       []IntervalRow                 // those with a timed request, in the order of Snapshot.Rows
	// Response and Lag are those of all requests together; nil if no request had a plan.
	Response, Lag *hdrhistogram.PackedHistogram
}

// IntervalRow is one row of an Interval.
type IntervalRow struct {
	Key
	Times    *hdrhistogram.PackedHistogram // service times
	Response *hdrhistogram.PackedHistogram // nil if no request had a plan
}

// interval copies what is pending.
func (s *state) interval(now time.Time) *Interval {
	iv := &Interval{Start: s.last, End: now, Total: s.total.service.pending.histogram(), Response: s.total.response.pending.histogram()}
	if iv.Total == nil {
		iv.Total = newHistogram(totalDigits)
	}
	if iv.Response != nil {
		iv.Lag = s.total.lag.pending.histogram()
	}
	for _, row := range s.sorted {
		if h := row.service.pending.histogram(); h != nil {
			iv.Rows = append(iv.Rows, IntervalRow{row.key, h, row.response.pending.histogram()})
		}
	}
	return iv
}

// histogram is a copy of the set's; nil if it is empty.
func (d *durations) histogram() *hdrhistogram.PackedHistogram {
	if d.n == 0 {
		return nil
	}
	return d.h.Clone()
}
