package web_test

import (
	"fmt"
	"math"
	"time"

	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

func (f *fake) name(i int) string {
	paths := []string{"/", "/item/[id]", "/search?q=[term]", "/cart", "/checkout", "/login", "/api/v2/recommendations", "/static/app.js"}
	if i < len(paths) {
		return paths[i] + f.hostile
	}
	if i%9 == 0 {
		return fmt.Sprintf("/api/v2/collections/%02d%s", i, f.long)
	}
	return f.hostile + fmt.Sprintf("/api/v2/collections/%02d/items/[id]", i)
}

// seconds lets time pass: users come and go, requests are made, and all watchers get a tick a second.
func (f *fake) seconds(n int) {
	for range n {
		f.mu.Lock()
		f.second()
		f.mu.Unlock()
	}
}

func (f *fake) second() {
	t := &f.tick
	from := f.now
	f.now = f.now.Add(f.beat)
	t.Elapsed++
	if t.Users < t.Target {
		t.Users = min(t.Target, t.Users+int(f.plan.SpawnRate))
	} else {
		t.Users = max(t.Target, t.Users-int(f.plan.SpawnRate))
	}
	t.State = live.Running
	if t.Users != t.Target {
		t.State = live.Spawning
	}
	f.requests(from)
	s := f.rec.Collect(f.now, t.Users)
	load := web.Load{CPU: 0.2 + 0.1*f.random.Float64(), Planned: f.planned, Started: f.planned}
	f.course.Add(s, load)
	t.Point = f.point(&s.Total, &f.before.Total, s)
	t.Point.Service, t.Point.Response, t.Point.Users, t.Point.CPU = bucketsOf(s.Interval.Total), bucketsOf(s.Interval.Response), t.Users, &load.CPU
	if n := s.Total.Lag.Count - f.before.Total.Lag.Count; n > 0 {
		mean := int64((s.Total.Lag.Sum-f.before.Total.Lag.Sum)/time.Microsecond) / n
		t.Point.Lag = &mean
	}
	if t.Open {
		t.Point.Planned, t.Point.Started = int64(t.Rate), int64(t.Rate)
	}
	t.Total, t.Rows = rowOf(&s.Total), f.rowsOf(s, f.before)
	if t.Verdict == "" {
		t.Verdict = "VALID"
	}
	t.Generator.CPU, t.Generator.Stamped, t.Generator.WakeLag99 = load.CPU, 1, told(&s.WakeLag, 7)
	t.Generator.Planned, t.Generator.Started = f.planned, f.planned
	f.lists(t, s)
	f.before = s
	f.send(event("tick", t))
	t.Log = nil
}

func (f *fake) requests(from time.Time) {
	n := int(float64(f.tick.Users) * f.perUser)
	if f.tick.Open {
		n = int(f.tick.Rate)
		f.planned += int64(n)
	}
	for i := range n {
		name := int(f.random.Float64() * f.random.Float64() * float64(f.rows))
		ms := math.Exp(f.random.NormFloat64()*0.5) * f.cost(name, f.now.Sub(from))
		sent := from.Add(time.Duration(float64(i) / float64(n) * float64(time.Second) * 0.9))
		sample := stats.Sample{
			Key: stats.Key{Method: []string{"GET", "GET", "GET", "POST"}[name%4], Name: f.name(name)}, Sent: sent, Done: sent.Add(time.Duration(ms * 1e6)),
			Bytes: int64(200 + 900*(name%7)), Stamped: true, WakeLag: time.Duration(f.random.ExpFloat64() * 1.5e5),
		}
		if f.tick.Open {
			sample.Planned = sent.Add(-time.Duration(f.random.ExpFloat64() * 2e6))
		}
		if f.random.Float64() < f.failing*float64(1+name%5) {
			sample.Failure = []string{"HTTPError('500 Server Error: Internal Server Error for url: " + f.name(name) + "')",
				"ConnectionRefusedError('connect ECONNREFUSED 10.0.0.7:443')", "CatchResponseError('the cart is empty" + f.hostile + "')"}[f.random.IntN(3)]
		}
		f.rec.Record(sample)
	}
}

// lists are those that a hello has whole.
func (f *fake) lists(t *live.Tick, s *stats.Snapshot) {
	sum := stats.NewSummary(stats.RunInfo{Started: s.Start}, s)
	t.Failures, t.Exceptions = sum.Errors, sum.Exceptions
	t.Checks = []stats.SummaryCheck{{Name: "status is 200", Path: "::status is 200", Passes: s.Total.Count - s.Total.Failures, Fails: s.Total.Failures}, {Name: "has a cart", Path: "::checkout::has a cart", Passes: s.Total.Count / 7}}
	t.Thresholds = []stats.SummaryThreshold{}
	if s.Total.Count > 0 {
		share := float64(s.Total.Failures) / float64(s.Total.Count)
		t.Thresholds = []stats.SummaryThreshold{{Metric: "http_req_duration", Threshold: "p(95)<500", OK: true, Value: 51.2}, {Metric: "http_req_failed", Threshold: "rate<0.01", OK: share < 0.01, Value: share}}
	}
}

// rowsOf are those that have changed; all without a snapshot before.
func (f *fake) rowsOf(s, before *stats.Snapshot) []live.Row {
	old := map[stats.Key]*stats.Row{}
	if before != nil {
		for i := range before.Rows {
			old[before.Rows[i].Key] = &before.Rows[i]
		}
	}
	list := []live.Row{}
	for i := range s.Rows {
		r := &s.Rows[i]
		row := rowOf(r)
		if before != nil {
			o := old[r.Key]
			if o == nil {
				o = &stats.Row{}
			}
			f.pointOf(&row, r, o, s)
		}
		list = append(list, row)
	}
	return list
}

// pointOf adds the second of one name, to the row and to its course.
func (f *fake) pointOf(row *live.Row, r, o *stats.Row, s *stats.Snapshot) {
	one := *s
	one.Total, one.Interval = *r, &stats.Interval{Start: s.Interval.Start, End: s.Interval.End}
	for i := range s.Interval.Rows {
		if iv := &s.Interval.Rows[i]; iv.Key == r.Key {
			one.Interval.Total, one.Interval.Response = iv.Times, iv.Response
		}
	}
	if f.names[r.Key] == nil {
		f.names[r.Key] = &web.History{}
	}
	f.names[r.Key].Add(&one, web.Load{CPU: -1})
	if r.Count > o.Count {
		row.Point = f.point(r, o, s)
		row.Point.Service, row.Point.Response = bucketsOf(one.Interval.Total), bucketsOf(one.Interval.Response)
	}
}

func (f *fake) point(r, o *stats.Row, s *stats.Snapshot) *live.Point {
	return &live.Point{Width: s.Interval.End.Sub(s.Interval.Start).Milliseconds(), Requests: r.Count - o.Count, Failures: r.Failures - o.Failures}
}

func rowOf(r *stats.Row) live.Row {
	return live.Row{
		Method: r.Method, Name: r.Name, Count: r.Count, Failures: r.Failures, RPS: r.RecentRPS, FPS: r.RecentFPS, Bytes: r.Bytes,
		Service: timesOf(&r.Service), Response: timesOf(&r.Response),
	}
}

func timesOf(t *stats.Times) *live.RowTimes {
	if t.Count == 0 {
		return nil
	}
	return &live.RowTimes{
		Min: stats.Millis(t.Min), Mean: stats.Millis(t.Mean()), Max: stats.Millis(t.Max),
		P50: told(t, 0), P90: told(t, 4), P95: told(t, 5), P99: told(t, 7), P999: told(t, 8),
	}
}

func told(t *stats.Times, quantile int) *stats.Millis {
	if !t.Supported(quantile) {
		return nil
	}
	m := stats.Millis(t.Quantile[quantile])
	return &m
}
