package live

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"time"

	"katydid/stats"
)

// maxListed is how many failures and exceptions are shown, as in Locust: those that occurred most.
const maxListed = 500

// ticker makes the tick of a frame.
type ticker struct {
	clean func(string) string
	frame *Frame
	tick  Tick
}

func newTicker(clean func(string) string, f *Frame) *ticker {
	t := &ticker{clean: clean, frame: f}
	s := f.Snapshot
	t.tick = Tick{
		Run: f.Run, State: f.State, Host: clean(withoutUser(f.Host)), Elapsed: round3(f.Elapsed.Seconds()), RunTime: f.RunTime.Seconds(),
		Users: f.Users, Target: f.Target, Open: f.Open, Rate: finite(f.Rate),
		Verdict: string(f.Verdict), Reasons: []string{}, ExitCode: f.ExitCode,
		Total: t.row(&s.Total), Rows: []Row{}, Log: []Line{},
		Generator: generatorOf(f),
	}
	for _, reason := range f.Reasons {
		t.tick.Reasons = append(t.tick.Reasons, clean(reason))
	}
	return t
}

// since leaves out what has not changed since the frame before; nil for nothing.
func (t *ticker) since(before *Frame) {
	f := t.frame
	first := before == nil
	if first {
		before = &Frame{Snapshot: &stats.Snapshot{}}
	}
	s, b := f.Snapshot, before.Snapshot
	old := b.Rows
	for i := range s.Rows {
		r := &s.Rows[i]
		if o := rowOf(&old, r.Key); first || o == nil || changed(r, o) {
			t.tick.Rows = append(t.tick.Rows, t.row(r))
		}
	}
	if first || !slices.EqualFunc(s.Failures, b.Failures, sameFailure) {
		t.tick.Failures = t.failures(s)
	}
	if first || !slices.EqualFunc(s.Exceptions, b.Exceptions, sameException) {
		t.tick.Exceptions = t.exceptions(s)
	}
	if first || !slices.Equal(f.Checks, before.Checks) {
		t.tick.Checks = t.checks(f.Checks)
	}
	if first || !slices.Equal(f.Thresholds, before.Thresholds) {
		t.tick.Thresholds = t.thresholds(f.Thresholds)
	}
	if first || !slices.Equal(f.Shards, before.Shards) {
		t.tick.Shards = t.shards(f.Shards)
	}
}

// rowOf takes the row of a key off the front of rows, which are in order; nil if it has none.
func rowOf(rows *[]stats.Row, k stats.Key) *stats.Row {
	for len(*rows) > 0 && compareKeys((*rows)[0].Key, k) < 0 {
		*rows = (*rows)[1:]
	}
	if len(*rows) > 0 && (*rows)[0].Key == k {
		return &(*rows)[0]
	}
	return nil
}

func changed(r, o *stats.Row) bool {
	return r.Count != o.Count || r.Failures != o.Failures || r.Bytes != o.Bytes || r.RecentRPS != o.RecentRPS || r.RecentFPS != o.RecentFPS
}

func sameFailure(a, b stats.Failure) bool {
	return a.Count == b.Count && a.Key == b.Key && a.Text == b.Text
}

func sameException(a, b stats.ExceptionRow) bool {
	return a.Count == b.Count && a.Traceback == b.Traceback
}

func (t *ticker) row(r *stats.Row) Row {
	return Row{
		Method: r.Method, Name: t.clean(r.Name), Count: r.Count, Failures: r.Failures,
		RPS: round3(r.RecentRPS), FPS: round3(r.RecentFPS), Bytes: r.Bytes,
		Service: rowTimes(&r.Service), Response: rowTimes(&r.Response),
	}
}

func rowTimes(t *stats.Times) *RowTimes {
	if t.Count == 0 {
		return nil
	}
	return &RowTimes{
		Min: stats.Millis(t.Min), Mean: stats.Millis(t.Mean()), Max: stats.Millis(t.Max),
		P50: told(t, 0), P90: told(t, 4), P95: told(t, 5), P99: told(t, 7), P999: told(t, 8),
	}
}

// told is one of the percentiles; nil where there are too few samples to tell.
func told(t *stats.Times, quantile int) *stats.Millis {
	if !t.Supported(quantile) {
		return nil
	}
	m := stats.Millis(t.Quantile[quantile])
	return &m
}

// point adds what happened in the frame's interval. counted is the snapshot at its beginning; nil for the first.
func (t *ticker) point(counted *stats.Snapshot) {
	if counted == nil {
		counted = &stats.Snapshot{}
	}
	t.tick.Point = totalPoint(t.frame.Snapshot, counted, t.frame.CPU)
	t.rowPoints(counted)
}

// totalPoint is what happened to all requests together in the interval of s, which began at counted.
func totalPoint(s, counted *stats.Snapshot, cpu float64) *Point {
	iv := s.Interval
	p := newPoint(iv, &s.Total, &counted.Total)
	p.Service, p.Response = bucketsOf(iv.Total), bucketsOf(iv.Response)
	p.Users = s.Users
	if n := s.Total.Lag.Count - counted.Total.Lag.Count; n > 0 {
		mean := ((s.Total.Lag.Sum - counted.Total.Lag.Sum) / time.Duration(n)).Microseconds()
		p.Lag = &mean
	}
	if cpu >= 0 {
		share := round3(cpu)
		p.CPU = &share
	}
	return p
}

// rowPoints goes through the rows of the tick, of the interval and of both snapshots, which are all in the same order.
func (t *ticker) rowPoints(counted *stats.Snapshot) {
	s, iv := t.frame.Snapshot, t.frame.Snapshot.Interval
	old, at, sent := counted.Rows, 0, 0
	for i := range s.Rows {
		r := &s.Rows[i]
		times, o := intervalOf(iv, &at, r.Key), rowOf(&old, r.Key)
		if o == nil {
			o = &stats.Row{}
		}
		if sent == len(t.tick.Rows) || t.tick.Rows[sent].Method != r.Method || t.tick.Rows[sent].Name != t.clean(r.Name) {
			continue
		}
		if r.Count != o.Count {
			p := newPoint(iv, r, o)
			if times != nil {
				p.Service, p.Response = bucketsOf(times.Times), bucketsOf(times.Response)
			}
			t.tick.Rows[sent].Point = p
		}
		sent++
	}
}

func newPoint(iv *stats.Interval, r, o *stats.Row) *Point {
	return &Point{
		Width: iv.End.Sub(iv.Start).Milliseconds(), Requests: r.Count - o.Count, Failures: r.Failures - o.Failures,
		Service: bucketsOf(nil), Response: bucketsOf(nil),
	}
}

func generatorOf(f *Frame) Generator {
	s, h := f.Snapshot, &f.Health
	g := Generator{
		CPU: finite(f.CPU), GCPauseMax: stats.Millis(h.GCPauseMax), StartLag99: told(&s.StartLag, 7), WakeLag99: told(&s.WakeLag, 7),
		Planned: f.Planned, Started: f.Started, Omitted: f.Omitted, Dropped: f.Dropped,
	}
	if n := s.Total.Service.Count; n > 0 {
		g.Stamped = round3(float64(s.Total.Stamped) / float64(n))
	}
	if h.StealShare >= 0 {
		steal := round3(h.StealShare)
		g.Steal = &steal
	}
	return g
}

// most are the entries that occurred most, at most maxListed of them, in the order that they have.
func most[T any](list []T, count func(*T) int64) []T {
	if len(list) <= maxListed {
		return list
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(count(&list[j]), count(&list[i])) })
	order = order[:maxListed]
	slices.Sort(order)
	out := make([]T, len(order))
	for i, at := range order {
		out[i] = list[at]
	}
	return out
}

func failureCount(f *stats.Failure) int64        { return f.Count }
func exceptionCount(e *stats.ExceptionRow) int64 { return e.Count }

func (t *ticker) failures(s *stats.Snapshot) []stats.SummaryError {
	out := []stats.SummaryError{}
	for _, f := range most(s.Failures, failureCount) {
		out = append(out, stats.SummaryError{
			Method: f.Method, Name: t.clean(f.Name), Error: t.clean(f.Text), Count: f.Count, FirstSeen: f.First.UTC(), LastSeen: f.Last.UTC(),
		})
	}
	return out
}

func (t *ticker) exceptions(s *stats.Snapshot) []stats.SummaryException {
	out := []stats.SummaryException{}
	for _, e := range most(s.Exceptions, exceptionCount) {
		out = append(out, stats.SummaryException{
			Message: t.clean(e.Message), Traceback: t.clean(e.Traceback), Count: e.Count, FirstSeen: e.At.UTC(),
		})
	}
	return out
}

func (t *ticker) checks(list []stats.SummaryCheck) []stats.SummaryCheck {
	out := []stats.SummaryCheck{}
	for _, c := range list {
		out = append(out, stats.SummaryCheck{Name: t.clean(c.Name), Path: t.clean(c.Path), Passes: c.Passes, Fails: c.Fails})
	}
	return out
}

func (t *ticker) thresholds(list []stats.SummaryThreshold) []stats.SummaryThreshold {
	out := []stats.SummaryThreshold{}
	for _, h := range list {
		out = append(out, stats.SummaryThreshold{Metric: t.clean(h.Metric), Threshold: h.Threshold, OK: h.OK, Value: finite(h.Value)})
	}
	return out
}

// withoutUser takes user and password out of a URL.
func withoutUser(host string) string {
	if u, err := url.Parse(host); err == nil && u.User != nil {
		u.User = nil
		return u.String()
	}
	return host
}

func round3(f float64) float64 { return finite(math.Round(f*1000) / 1000) }

// finite is 0 for what JSON has no number for.
func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}
