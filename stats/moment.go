package stats

import (
	"time"
)

// Moment is what happened between two snapshots of a run, for the course of it: another process adds it up with those of
// others, see Course. It is a document, as Frame is.
type Moment struct {
	At       time.Time `json:"at"`              // of the later snapshot
	Reset    bool      `json:"reset,omitempty"` // the statistics were reset: what was before is forgotten
	Users    int       `json:"users"`           // there are more by so many; below 0 fewer
	Count    int64     `json:"n"`
	Failed   int64     `json:"failed,omitempty"`
	Bytes    int64     `json:"bytes,omitempty"`
	Service  Dist      `json:"service"` // Min and Max are those since the start
	Response Dist      `json:"response"`
	Lag      Dist      `json:"lag"`               // without Buckets in a run that plans nothing
	Planned  int64     `json:"planned,omitempty"` // starts of an open run
	Started  int64     `json:"started,omitempty"`
	CPU      float64   `json:"cpu"` // share of the generator's processors; below 0 if not known
}

// MomentOf is what happened from the snapshot before (nil for the start of the run) to s. They need intervals, see
// Options.IntervalLog. Starts and CPU are the caller's.
func MomentOf(before, s *Snapshot) Moment {
	m := Moment{At: s.At, CPU: -1}
	if before == nil || !before.Start.Equal(s.Start) {
		m.Reset = before != nil
		users := 0
		if before != nil {
			users = before.Users
		}
		before = &Snapshot{Users: users}
	}
	t, b := &s.Total, &before.Total
	m.Users = s.Users - before.Users
	m.Count, m.Failed, m.Bytes = t.Count-b.Count, t.Failures-b.Failures, t.Bytes-b.Bytes
	m.Service, m.Response, m.Lag = difference(&b.Service, &t.Service), difference(&b.Response, &t.Response), difference(&b.Lag, &t.Lag)
	if iv := s.Interval; iv != nil {
		m.Service.Buckets = distOf(&tally{n: 1}, iv.Total).Buckets
		m.Response.Buckets = distOf(&tally{n: 1}, iv.Response).Buckets
		m.Lag.Buckets = distOf(&tally{n: 1}, iv.Lag).Buckets
	}
	return m
}

// difference is what is in b and not in a.
func difference(a, b *Times) Dist {
	return Dist{Count: b.Count - a.Count, Min: b.Min, Max: b.Max, Sum: b.Sum - a.Sum}
}
