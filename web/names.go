package web

import (
	"cmp"
	"maps"
	"slices"

	"katydid/stats"
)

// The course of each name is coarser than that of the whole, as there may be a thousand names. There are so many cells, a
// cell being one interval of one name; the more names, the longer the intervals.
const (
	keptNames = 128  // names whose course is kept in the end; twice as many while their requests tell which
	keptCells = 8192 // some 2 MB, in open runs twice that
)

// names is the course of the names with the most requests. The zero value is empty.
type names struct {
	each     int // snapshots that make a point: a power of two
	rows     map[stats.Key]*nameRow
	dropped  map[stats.Key]bool // had too few requests
	failures bool               // are known
}

type nameRow struct {
	requests, failures int64 // sums up to the last snapshot
	points             []namePoint
}

// namePoint is one interval of one name.
type namePoint struct {
	requests, failures int64
	service, response  counts
}

// add takes a snapshot, which has number slot, and an interval.
func (n *names) add(s *stats.Snapshot, slot int) {
	n.failures = true
	for i := range s.Rows {
		r := &s.Rows[i]
		if r.Count == 0 || n.dropped[r.Key] {
			continue
		}
		row := n.row(r.Key)
		if requests, failures := r.Count-row.requests, r.Failures-row.failures; requests > 0 {
			p := n.point(row, slot)
			p.requests += requests
			p.failures += failures
			row.requests, row.failures = r.Count, r.Failures
		}
	}
	n.times(s.Interval, slot)
	n.bound(slot)
}

// addLogged takes an interval of a histogram log, which knows of timed requests only.
func (n *names) addLogged(iv *stats.Interval, slot int) {
	for i := range iv.Rows {
		r := &iv.Rows[i]
		if n.dropped[r.Key] {
			continue
		}
		row, count := n.row(r.Key), r.Times.TotalCount()
		n.point(row, slot).requests += count
		row.requests += count
	}
	n.times(iv, slot)
	n.bound(slot)
}

func (n *names) times(iv *stats.Interval, slot int) {
	for i := range iv.Rows {
		r := &iv.Rows[i]
		if row := n.rows[r.Key]; row != nil {
			p := n.point(row, slot)
			p.service.add(r.Times)
			p.response.add(r.Response)
		}
	}
}

func (n *names) row(k stats.Key) *nameRow {
	if n.rows == nil {
		n.each, n.rows = 1, map[stats.Key]*nameRow{}
	}
	row := n.rows[k]
	if row == nil {
		row = &nameRow{}
		n.rows[k] = row
	}
	return row
}

func (n *names) point(row *nameRow, slot int) *namePoint {
	at := slot / n.each
	if more := at + 1 - len(row.points); more > 0 {
		row.points = append(row.points, make([]namePoint, more)...)
	}
	return &row.points[at]
}

// bound drops names and makes intervals longer until what is kept is within its limits.
func (n *names) bound(slot int) {
	if len(n.rows) > 2*keptNames {
		for _, k := range n.busiest()[keptNames:] {
			if n.dropped == nil {
				n.dropped = map[stats.Key]bool{}
			}
			n.dropped[k] = true
			delete(n.rows, k)
		}
	}
	for len(n.rows)*(slot/max(n.each, 1)+1) > keptCells {
		n.each *= 2
		for _, row := range n.rows {
			row.points = halved(row.points)
		}
	}
}

// busiest are the keys, that of the most requests first.
func (n *names) busiest() []stats.Key {
	return slices.SortedFunc(maps.Keys(n.rows), func(a, b stats.Key) int {
		return cmp.Or(cmp.Compare(n.rows[b].requests, n.rows[a].requests), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Method, b.Method))
	})
}

// halved makes one point of each two; they may not be used any more.
func halved(points []namePoint) []namePoint {
	for i := range points {
		switch p := &points[i/2]; {
		case i == 0:
		case i%2 == 0:
			*p = points[i]
		default:
			p.merge(&points[i])
		}
	}
	return slices.Clip(points[:(len(points)+1)/2])
}

func (p *namePoint) merge(o *namePoint) {
	p.requests += o.requests
	p.failures += o.failures
	p.service.merge(&o.service)
	p.response.merge(&o.response)
}
