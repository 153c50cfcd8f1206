package web

import (
	"time"

	"katydid/stats"
)

// maxPoints bounds the history of a run, whatever its length: it is what a wide screen can show. When there would be
// more, pairs of points become one.
const maxPoints = 1000

// shortest is an interval that can stand alone: the last of a run may be so short that a rate says nothing. It is then
// counted to the one before.
const shortest = time.Second / 2

// History is the course of a run, in bounded memory: requests, failures, users, lag, and the distribution of the times
// in each of at most maxPoints intervals of equal numbers of snapshots. One goroutine at a time may use it. The zero value
// is the history of a run that begins.
type History struct {
	start  time.Time
	most   int   // points that there may be, an even number; 0 for maxPoints
	before point // sums up to the last snapshot
	each   int   // snapshots that make a point
	in     int   // snapshots in the last point
	points []point
	names  names
}

// point is one interval, or in before the sums since the start.
type point struct {
	end                time.Duration // since the start
	requests, failures int64
	users              int           // the most in the interval
	lag                time.Duration // the sum of all
	lags               int64         // of so many requests
	cpu                float64       // share of the generator's processors, at the busiest; below 0 if not known
	planned, started   int64         // starts of an open run
	service, response  counts
}

// Load is what a snapshot does not know of its moment.
type Load struct {
	CPU              float64 // share of its processors that the generator took since the snapshot before; below 0 if not known
	Planned, Started int64   // starts of an open run so far
}

// Add appends what happened since the snapshot before. The snapshots need intervals (stats.Options.IntervalLog). If the
// statistics were reset, what was before is forgotten, as it is in all tables. A nil receiver does nothing.
func (h *History) Add(s *stats.Snapshot, l Load) {
	if h == nil || s.Interval == nil {
		return
	}
	h.AddTotal(s, l)
	h.names.add(s, h.slot())
}

// AddSecond appends a second of a run that several processes have made together. What happened to single names it does not
// know.
func (h *History) AddSecond(s stats.CourseSecond) {
	snap := *s.Snapshot
	snap.At = snap.Interval.End
	h.AddTotal(&snap, Load{CPU: s.CPU, Planned: s.Planned, Started: s.Started})
}

// AddTotal is Add without what belongs to single names, for whoever keeps that with AddRow.
func (h *History) AddTotal(s *stats.Snapshot, l Load) {
	h.Begin(s.Start)
	t, b := &s.Total, &h.before
	p := point{
		end: s.At.Sub(s.Start), requests: t.Count - b.requests, failures: t.Failures - b.failures, users: s.Users,
		lag: t.Lag.Sum - b.lag, lags: t.Lag.Count - b.lags,
		cpu: l.CPU, planned: l.Planned - b.planned, started: l.Started - b.started,
	}
	h.before = point{
		requests: t.Count, failures: t.Failures, lag: t.Lag.Sum, lags: t.Lag.Count, planned: l.Planned, started: l.Started,
	}
	h.add(p, s.Interval)
}

// Begin forgets what was before, if start is not that of the snapshots before: the statistics were reset. Starts are counted
// on: a reset forgets requests only.
func (h *History) Begin(start time.Time) {
	if !start.Equal(h.start) {
		*h = History{start: start, most: h.most, before: point{planned: h.before.planned, started: h.before.started}}
	}
}

// AddLogged appends an interval of a histogram log. That knows only of requests that were timed; totals are what is known
// besides of the moment when it ended, nil for nothing.
func (h *History) AddLogged(iv *stats.Interval, totals *stats.HistoryRow) {
	if h.start.IsZero() {
		h.start = iv.Start
	}
	p := point{end: iv.End.Sub(h.start), requests: iv.Total.TotalCount(), cpu: -1}
	if totals != nil {
		if totals.Requests < h.before.requests { // a reset that the log does not know of
			h.before = point{}
		}
		p.requests, p.failures, p.users = totals.Requests-h.before.requests, totals.Failures-h.before.failures, totals.Users
		h.before = point{requests: totals.Requests, failures: totals.Failures}
	}
	if iv.Lag != nil {
		p.lags = iv.Lag.TotalCount()
		p.lag = time.Duration(iv.Lag.Mean() * float64(p.lags) * float64(time.Microsecond))
	}
	h.add(p, iv)
	h.names.addLogged(iv, h.slot())
}

// slot is the number of the last snapshot since the start, those left out that were counted to the one before.
func (h *History) slot() int { return (len(h.points)-1)*h.each + h.in - 1 }

func (h *History) add(p point, iv *stats.Interval) {
	p.service.add(iv.Total)
	p.response.add(iv.Response)
	if h.each == 0 {
		h.each, h.in = 1, 1
	}
	if n := len(h.points); n > 0 && iv.End.Sub(iv.Start) < shortest {
		h.points[n-1].merge(&p)
		return
	}
	if h.in < h.each {
		h.points[len(h.points)-1].merge(&p)
		h.in++
		return
	}
	if len(h.points) >= h.limit() {
		h.halve()
	}
	h.points = append(h.points, p)
	h.in = 1
}

func (h *History) limit() int {
	if h.most == 0 {
		return maxPoints
	}
	return h.most
}

// halve makes one point of each two. Of an odd number the last waits for another.
func (h *History) halve() {
	n := len(h.points)
	for i := range n / 2 {
		h.points[i] = h.points[2*i]
		h.points[i].merge(&h.points[2*i+1])
	}
	if n%2 == 1 {
		h.points[n/2] = h.points[n-1]
	} else {
		h.in += h.each
	}
	clear(h.points[(n+1)/2:]) // their histograms would stay in memory
	h.points = h.points[:(n+1)/2]
	h.each *= 2
}

// merge adds the interval that follows. The share of the processors is that of the busier half: an average would hide it.
func (p *point) merge(next *point) {
	p.end = next.end
	p.cpu = max(p.cpu, next.cpu)
	p.planned += next.planned
	p.started += next.started
	p.requests += next.requests
	p.failures += next.failures
	p.users = max(p.users, next.users)
	p.lag += next.lag
	p.lags += next.lags
	p.service.merge(&next.service)
	p.response.merge(&next.response)
}
