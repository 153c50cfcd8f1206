package stats

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Interval is the service times that were collected between two snapshots. Immutable, as the snapshot is.
type Interval struct {
	Start, End time.Time
	Total      *hdrhistogram.PackedHistogram // in microseconds; empty if nothing was timed
	Rows       []IntervalRow                 // those with a timed request, in the order of Snapshot.Rows
}

// IntervalRow is one row of an Interval.
type IntervalRow struct {
	Key
	Times *hdrhistogram.PackedHistogram // in microseconds
}

// interval copies what is pending.
func (s *state) interval(now time.Time) *Interval {
	iv := &Interval{Start: s.last, End: now, Total: newHistogram(totalDigits)}
	if p := &s.total.service.pending; p.n > 0 {
		iv.Total = p.h.Clone()
	}
	for _, row := range s.sorted {
		if p := &row.service.pending; p.n > 0 {
			iv.Rows = append(iv.Rows, IntervalRow{row.key, p.h.Clone()})
		}
	}
	return iv
}
