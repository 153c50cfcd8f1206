package stats

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

func TestCollectRows(t *testing.T) {
	const ms = time.Millisecond
	r := NewRecorder(t0, Options{})
	open := sampleAt("/b", 3*time.Second, 20*ms)
	open.Planned = open.Sent.Add(-5 * ms)
	failed := sampleAt("/a", 1*time.Second, 10*ms)
	failed.Failure = "HTTPError('500')"
	post := sampleAt("/a", 2*time.Second, 30*ms)
	post.Method = "POST"
	untimed := sampleAt("/a", 2500*ms, time.Hour)
	untimed.Untimed = true
	for _, s := range []Sample{open, failed, post, untimed} {
		r.Record(s)
	}
	s := r.Collect(t0.Add(4*time.Second), 42)

	if !s.Start.Equal(t0) || !s.At.Equal(t0.Add(4*time.Second)) || !s.LastDone.Equal(open.Done) || s.Users != 42 {
		t.Errorf("start %v at %v last %v users %d", s.Start, s.At, s.LastDone, s.Users)
	}
	one := func(d time.Duration) Times { return (&durationsOf{d}).times() }
	want := []Row{
		{Key: Key{"GET", "/a"}, Count: 2, Failures: 1, Bytes: 14, Service: one(10 * ms)},
		{Key: Key{"POST", "/a"}, Count: 1, Bytes: 7, Service: one(30 * ms)},
		{Key: Key{"GET", "/b"}, Count: 1, Bytes: 7, Service: one(20 * ms), Response: one(25 * ms), Lag: one(0)},
	}
	for i := range s.Rows {
		s.Rows[i].RecentRPS, s.Rows[i].RecentFPS = 0, 0 // TestRates
	}
	if !reflect.DeepEqual(s.Rows, want) {
		t.Errorf("rows:\n%+v\nwant:\n%+v", s.Rows, want)
	}
	tot := s.Total
	if tot.Key != (Key{"", "Aggregated"}) || tot.Count != 4 || tot.Failures != 1 || tot.Bytes != 28 ||
		tot.Service.Count != 3 || tot.Service.Min != 10*ms || tot.Service.Max != 30*ms || tot.Service.Sum != 60*ms {
		t.Errorf("total %+v", tot)
	}
	wantFailures := []Failure{{Key: failed.Key, Text: failed.Failure, Count: 1, First: failed.Done, Last: failed.Done}}
	if !reflect.DeepEqual(s.Failures, wantFailures) {
		t.Errorf("failures %+v", s.Failures)
	}
}

type durationsOf []time.Duration

func (d *durationsOf) times() Times {
	var set durations
	for _, v := range *d {
		set.add(v, totalDigits)
	}
	return set.times()
}

// A snapshot is what it was, whatever happens afterwards; and one in which nothing happened repeats the rows.
func TestSnapshotsAreImmutable(t *testing.T) {
	r := NewRecorder(t0, Options{RecentTimes: true, IntervalLog: true})
	r.Record(sampleAt("/a", time.Second, time.Millisecond))
	r.Exception(Exception{Message: "m"})
	first := r.Collect(t0.Add(time.Second), 1)
	before := fmt.Sprintf("%+v %d", *first, first.Interval.Total.TotalCount())
	again := r.Collect(t0.Add(time.Second), 1)
	if !reflect.DeepEqual(again.Rows, first.Rows) || again.Interval.Total.TotalCount() != 0 || len(again.Interval.Rows) != 0 {
		t.Errorf("nothing happened, but\n%+v\nbecame\n%+v", first, again)
	}
	for i := range 1000 {
		s := sampleAt(fmt.Sprint("/", i), 2*time.Second, time.Second)
		s.Failure = "x"
		r.Record(s)
		r.Exception(Exception{Message: "m", Traceback: fmt.Sprint(i % 2)})
	}
	r.Collect(t0.Add(2*time.Second), 2)
	r.Reset(t0.Add(3 * time.Second))
	if after := fmt.Sprintf("%+v %d", *first, first.Interval.Total.TotalCount()); after != before {
		t.Errorf("changed from\n%s\nto\n%s", before, after)
	}
}

func TestReset(t *testing.T) {
	r := NewRecorder(t0, Options{MaxNames: 1, IntervalLog: true, RecentTimes: true})
	for i := range 3 {
		s := sampleAt(fmt.Sprint("/", i), time.Second, time.Second)
		s.Failure = "x"
		r.Record(s)
		r.Exception(Exception{Message: "m", Traceback: "t"})
	}
	r.Collect(t0.Add(time.Second), 0)
	r.Record(sampleAt("/0", 2*time.Second, time.Second)) // not collected when the reset comes
	at := t0.Add(2 * time.Second)
	r.Reset(at)
	s := r.Collect(at.Add(time.Second), 0)
	if !s.Start.Equal(at) || !s.LastDone.IsZero() || s.Folded != 0 || len(s.Failures)+len(s.Exceptions) != 0 || !s.Interval.Start.Equal(at) {
		t.Errorf("%+v", s)
	}
	want := []Row{{Key: Key{"GET", "(other)"}}, {Key: Key{"GET", "/0"}}}
	if !reflect.DeepEqual(s.Rows, want) || !reflect.DeepEqual(s.Total, Row{Key: Key{"", "Aggregated"}}) {
		t.Errorf("rows %+v total %+v", s.Rows, s.Total)
	}
	again := sampleAt("/0", 5*time.Second, time.Second)
	again.Failure = "x"
	r.Record(again)
	r.Exception(Exception{Message: "m", Traceback: "t"})
	s = r.Collect(t0.Add(5*time.Second), 0)
	checkSums(t, s)
	if len(s.Rows) != 2 || s.Total.Count != 1 || s.Total.Service.Max != time.Second || len(s.Failures) != 1 || len(s.Exceptions) != 1 || !s.Failures[0].First.Equal(again.Done) {
		t.Errorf("after the reset: %+v", s)
	}
}

// The rows of Locust's own failures files, in their order.
func TestFailureOrderIsLocusts(t *testing.T) {
	orders := [][]failureRow{{
		{"GET", "/404", "HTTPError('404 Client Error: Not Found for url: /404')"},
		{"GET", "/reset", "RemoteDisconnected('Remote end closed connection without response')"},
		{"POST", "/500", "HTTPError('500 Server Error: Internal Server Error for url: /500')"},
		{"GET", "/caught", `CatchResponseError('Got wrong, response\nline2 "q"')`},
	}, {
		{"GET", "/fail-str", "CatchResponseError('my message')"},
		{"GET", "/reset", "RemoteDisconnected('Remote end closed connection without response')"},
		{"GET", "F/reset", "HTTPConnectionClosed('connection closed.')"},
		{"GET", "/dns", "gaierror(-2, 'Name or service not known')"},
		{"GET", "F/refused", "ConnectionRefusedError(111, 'Connection refused')"},
		{"GET", "F/dns", "gaierror(-2, 'Name or service not known')"},
		{"GET", "/timeout", `ReadTimeout(ReadTimeoutError("HTTPConnectionPool(host='127.0.0.1', port=18099): Read timed out. (read timeout=0.05)"))`},
		{"GET", "/tls", "SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:992)')"},
	}}
	for _, order := range orders {
		r := NewRecorder(t0, Options{})
		for i := range order {
			f := order[len(order)-1-i]
			r.Record(Sample{Key: Key{f.method, f.name}, Sent: t0, Done: t0, Failure: f.text})
		}
		for i, f := range r.Collect(t0, 0).Failures {
			if got := (failureRow{f.Method, f.Name, f.Text}); got != order[i] {
				t.Errorf("%d: %v, want %v", i, got, order[i])
			}
		}
	}
}

type failureRow struct{ method, name, text string }

func TestFailureTimes(t *testing.T) {
	r := NewRecorder(t0, Options{})
	for _, sec := range []int{5, 2, 9, 7} { // shards are folded one after the other, not in the order of time
		s := sampleAt("/", time.Duration(sec)*time.Second, 0)
		s.Failure = "x"
		r.Record(s)
	}
	f := r.Collect(t0, 0).Failures[0]
	if f.Count != 4 || !f.First.Equal(t0.Add(2*time.Second)) || !f.Last.Equal(t0.Add(9*time.Second)) {
		t.Errorf("%+v", f)
	}
}

// Adding up the rows of two recorders gives what one recorder would have counted.
func TestHistogramsMergeWithoutLoss(t *testing.T) {
	whole, parts := NewRecorder(t0, Options{}), []*Recorder{NewRecorder(t0, Options{}), NewRecorder(t0, Options{})}
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range 20000 {
		s := sampleAt(fmt.Sprint("/", i%3), 0, distributions["pareto"](rnd))
		whole.Record(s)
		parts[i%2].Record(s)
	}
	sums := map[Key]*hdrhistogram.PackedHistogram{}
	for _, p := range parts {
		p.Collect(t0, 0)
		p.Histograms(func(k Key, h, response *hdrhistogram.PackedHistogram) {
			if sums[k] == nil {
				sums[k] = newHistogram(totalDigits)
			}
			if dropped := sums[k].Merge(h); dropped != 0 || response != nil {
				t.Errorf("%v: %d dropped, response %v", k, dropped, response)
			}
		})
	}
	whole.Collect(t0, 0)
	whole.Histograms(func(k Key, h, _ *hdrhistogram.PackedHistogram) { equalHistograms(t, k.Name, sums[k], h) })
	if len(sums) != 3 {
		t.Errorf("%d rows", len(sums))
	}
}

func equalHistograms(t *testing.T, name string, got, want *hdrhistogram.PackedHistogram) {
	t.Helper()
	if got == nil || got.TotalCount() != want.TotalCount() || got.Populated() != want.Populated() {
		t.Fatalf("%s: %+v, want %+v", name, got, want)
	}
	for v, n := range want.ForEachBucket {
		if got.CountAtValue(v) != n {
			t.Fatalf("%s: %d times %d, want %d", name, got.CountAtValue(v), v, n)
		}
	}
}

func BenchmarkCollect(b *testing.B) {
	for _, names := range []int{20, 1000} {
		for _, o := range []Options{{}, {IntervalLog: true}, {RecentTimes: true}} {
			b.Run(fmt.Sprintf("names=%d,log=%v,recent=%v", names, o.IntervalLog, o.RecentTimes), func(b *testing.B) {
				benchmarkCollect(b, names, o)
			})
		}
	}
}

// benchmarkCollect takes the time for one second's work at 100,000 requests/s, half a minute into a run.
func benchmarkCollect(b *testing.B, names int, o Options) {
	const perSecond = 100_000
	r := NewRecorder(t0, o)
	rnd := rand.New(rand.NewPCG(7, 8))
	samples := make([]Sample, perSecond)
	for i := range samples {
		samples[i] = usual(fmt.Sprint("/api/items/", rnd.IntN(names)), 0, distributions["lognormal"](rnd))
	}
	second := func(n int) {
		at := t0.Add(time.Duration(n) * time.Second)
		for _, s := range samples {
			took := s.Done.Sub(s.Sent)
			s.Done, s.Sent = at, at.Add(-took)
			r.Record(s)
		}
		r.Collect(at, 1)
	}
	n := 0
	for ; n < 30; n++ {
		second(n)
	}
	b.ReportAllocs()
	for b.Loop() {
		second(n)
		n++
	}
}
