package stats

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Limits of a Sum: each frame keeps to those of a Recorder, but a thousand of them may have a thousand names each.
const (
	sumRows     = 5000
	sumFailures = 5000
)

// Sum adds up frames. The figures are those that one Recorder would have if it had counted all of it. The zero value is
// empty. One goroutine uses it.
type Sum struct {
	start, at, done   time.Time
	users             int
	folded            int64
	waited            time.Duration
	startLag, wakeLag total
	rows              map[Key]*sumRow
	failures          map[failureName]*Failure
	exceptions        map[string]*ExceptionRow
}

type failureName struct {
	Key
	text string
}

// sumRow is a row of all frames.
type sumRow struct {
	row                    Row // the counts; times are made when they are asked for
	service, response, lag total
	phases                 [phaseCount]phase
}

// Add adds a frame. An error says that it is damaged, and what was added of it stays.
func (s *Sum) Add(f *Frame) error {
	if s.rows == nil {
		s.rows, s.failures, s.exceptions = map[Key]*sumRow{}, map[failureName]*Failure{}, map[string]*ExceptionRow{}
	}
	if s.start.IsZero() || f.Start.Before(s.start) {
		s.start = f.Start
	}
	s.at, s.done = later(s.at, f.At), later(s.done, f.LastDone)
	s.users += f.Users
	s.folded += f.Folded
	s.waited += f.Waited
	err := errors.Join(s.startLag.addDist(&f.StartLag), s.wakeLag.addDist(&f.WakeLag))
	if f.StartLag.Count == 0 { // so far its lag is that of wake-ups, see state.splitLag
		for i := range f.Rows {
			err = errors.Join(err, s.wakeLag.addDist(&f.Rows[i].Lag))
		}
	}
	for i := range f.Rows {
		err = errors.Join(err, s.addRow(&f.Rows[i]))
	}
	for i := range f.Failures {
		s.addFailure(&f.Failures[i])
	}
	for i := range f.Exceptions {
		s.addException(&f.Exceptions[i])
	}
	return err
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (s *Sum) addRow(f *FrameRow) error {
	key := f.Key
	if s.rows[key] == nil && len(s.rows) >= sumRows {
		key.Name = Other
		if s.rows[key] == nil && len(s.rows) >= sumRows+maxOtherMethods {
			key.Method = Other
		}
		s.folded += f.Count
	}
	r := s.rows[key]
	if r == nil {
		r = &sumRow{row: Row{Key: key}}
		s.rows[key] = r
	}
	r.row.Count += f.Count
	r.row.Failures += f.Failed
	r.row.Bytes += f.Bytes
	r.row.Stamped += f.Stamped
	r.row.RecentRPS += f.RecentRPS
	r.row.RecentFPS += f.RecentFPS
	err := errors.Join(r.service.addDist(&f.Service), r.response.addDist(&f.Response), r.lag.addDist(&f.Lag))
	for i := range min(len(f.Phases), phaseCount) {
		err = errors.Join(err, r.phases[i].addFrame(&f.Phases[i]))
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", key.Method, key.Name, err)
	}
	return nil
}

func (s *Sum) addFailure(f *Failure) {
	name := failureName{f.Key, f.Text}
	if s.rows[f.Key] == nil { // its row did not fit
		name.Name = Other
	}
	if s.failures[name] == nil && len(s.failures) >= sumFailures {
		name.text = Other
	}
	sum := s.failures[name]
	if sum == nil {
		s.failures[name] = &Failure{name.Key, name.text, f.Count, f.First, f.Last}
		return
	}
	sum.Count += f.Count
	sum.Last = later(sum.Last, f.Last)
	if f.First.Before(sum.First) {
		sum.First = f.First
	}
}

func (s *Sum) addException(e *ExceptionRow) {
	sum := s.exceptions[e.Traceback]
	if sum == nil {
		copied := *e
		s.exceptions[e.Traceback] = &copied
		return
	}
	sum.Count += e.Count
	if e.At.Before(sum.At) {
		sum.At = e.At
	}
}

// Snapshot describes what has been added so far.
func (s *Sum) Snapshot() *Snapshot {
	out := &Snapshot{Start: s.start, At: s.at, LastDone: s.done, Users: s.users, Folded: s.folded, Waited: s.waited}
	all := &sumRow{row: Row{Key: Key{Name: "Aggregated"}}}
	for _, r := range s.sorted() {
		all.add(r)
		out.Rows = append(out.Rows, r.publish())
	}
	out.Total = all.publish()
	out.StartLag, out.WakeLag = s.startLag.times(), s.wakeLag.times()
	for _, f := range s.failures {
		out.Failures = append(out.Failures, *f)
	}
	slices.SortFunc(out.Failures, func(a, b Failure) int {
		return cmp.Compare(failureHash(a.Key, a.Text), failureHash(b.Key, b.Text))
	})
	for _, e := range s.exceptions {
		out.Exceptions = append(out.Exceptions, *e)
	}
	slices.SortFunc(out.Exceptions, func(a, b ExceptionRow) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Traceback, b.Traceback))
	})
	return out
}

func (s *Sum) sorted() []*sumRow {
	rows := make([]*sumRow, 0, len(s.rows))
	for _, r := range s.rows {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *sumRow) int {
		return cmp.Or(cmp.Compare(a.row.Name, b.row.Name), cmp.Compare(a.row.Method, b.row.Method))
	})
	return rows
}

// Histograms is Recorder.Histograms of the sum.
func (s *Sum) Histograms(fn HistogramFunc) {
	for _, r := range s.sorted() {
		fn(r.row.Key, r.service.counts.histogram(), r.response.counts.histogram())
	}
}

// Since is the times that are in s and not in before, a sum of earlier frames of the same processes. Rows that were
// reset in between have what they have had since.
func (s *Sum) Since(before *Sum) []IntervalRow {
	var rows []IntervalRow
	for _, r := range s.sorted() {
		old := before.rows[r.row.Key]
		if old == nil {
			old = &sumRow{}
		}
		iv := IntervalRow{Key: r.row.Key, Times: r.service.counts.since(&old.service.counts), Response: r.response.counts.since(&old.response.counts)}
		if iv.Times != nil {
			rows = append(rows, iv)
		}
	}
	return rows
}

// add adds another row.
func (r *sumRow) add(o *sumRow) {
	r.row.Count += o.row.Count
	r.row.Failures += o.row.Failures
	r.row.Bytes += o.row.Bytes
	r.row.Stamped += o.row.Stamped
	r.row.RecentRPS += o.row.RecentRPS
	r.row.RecentFPS += o.row.RecentFPS
	r.service.addTotal(&o.service)
	r.response.addTotal(&o.response)
	r.lag.addTotal(&o.lag)
	for i := range r.phases {
		r.phases[i].addPhase(&o.phases[i])
	}
}

func (r *sumRow) publish() Row {
	row := r.row
	row.Service, row.Response, row.Lag = r.service.times(), r.response.times(), r.lag.times()
	for i := range r.phases {
		row.Phases[i] = r.phases[i].times()
	}
	return row
}

// since is the counts of l that old has not; nil if there are none. If old has more of something, all of l's are new.
func (l *ledger) since(old *ledger) *hdrhistogram.PackedHistogram {
	h := newHistogram(totalDigits)
	at := 0
	for i := range l.pages {
		p, before := &l.pages[i], &noPage
		for at < len(old.pages) && old.pages[at].number < p.number {
			at++
		}
		if at < len(old.pages) && old.pages[at].number == p.number {
			before = &old.pages[at]
		}
		for slot := range pageBuckets {
			switch n := p.get(slot) - before.get(slot); {
			case n < 0:
				return l.histogram()
			case n > 0:
				_ = h.RecordValues(highestValue(p.bucket(slot)), n) // in range, as it came from there
			}
		}
	}
	if h.TotalCount() == 0 {
		return nil
	}
	return h
}

// noPage is a page without counts. Nobody changes it.
var noPage = page{width: 1, counts: make([]byte, pageBuckets)}
