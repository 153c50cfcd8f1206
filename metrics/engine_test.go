package metrics

import (
	"math"
	"sync"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func mustMetric(t testing.TB, e *Engine, name string, of Type) *Metric {
	t.Helper()
	m, err := e.Metric(name, of, Default)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// withThresholds is an engine with one threshold on each key, "value" expressions fitting the metric.
func withThresholds(t testing.TB, e *Engine, spec ...ThresholdsOf) *Engine {
	t.Helper()
	if err := e.Thresholds(spec); err != nil {
		t.Fatal(err)
	}
	if err := e.Validate(); err != nil {
		t.Fatal(err)
	}
	return e
}

func on(key string, exprs ...string) ThresholdsOf {
	of := ThresholdsOf{Key: key}
	for _, x := range exprs {
		of.Thresholds = append(of.Thresholds, Threshold{Expr: x})
	}
	return of
}

func TestMetricIsMadeOnce(t *testing.T) {
	e := New()
	first, err := e.Metric("orders", Counter, Default)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := e.Metric("orders", Counter, Default); again != first || err != nil {
		t.Errorf("second time: %p, %v, want %p", again, err, first)
	}
	if b, err := e.Metric("http_reqs", Counter, Default); b != e.Builtin.HTTPReqs || err != nil {
		t.Errorf("built-in: %p, %v", b, err)
	}
	for _, test := range []struct {
		of       Type
		contains Contains
		want     string
	}{
		{Trend, Default, `metric "orders" is a counter already and cannot also be a trend: use another name`},
		{Counter, Time, `metric "orders" is a counter already and cannot also be a counter of time: use another name`},
	} {
		if _, err := e.Metric("orders", test.of, test.contains); err == nil || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

func TestMetricNames(t *testing.T) {
	long := "a1234567890"
	for len(long) < 129 {
		long += "x"
	}
	for name, ok := range map[string]bool{
		"ab": true, "_1": true, "A_b9": true, long: true,
		"a": false, "": false, "1ab": false, "a-b": false, "a b": false, "ä1": false, long + "x": false, "ab\n": false,
	} {
		if _, err := New().Metric(name, Gauge, Default); (err == nil) != ok {
			t.Errorf("%q: error %v", name, err)
		}
	}
}

func TestSinks(t *testing.T) {
	e := New()
	c, g, r, tr := mustMetric(t, e, "cc", Counter), mustMetric(t, e, "gg", Gauge), mustMetric(t, e, "rr", Rate), mustMetric(t, e, "tt", Trend)
	for i, v := range []float64{3, -1, 0, 5} {
		at := start.Add(time.Duration(i) * time.Second)
		for _, m := range []*Metric{c, g, r, tr} {
			e.Add(m, v, nil, at)
		}
	}
	e.Add(g, 4, nil, start.Add(-time.Second)) // late news are no news
	s := e.Collect(start)
	if v := s.Find("cc").Values; v.Sum != 7 || v.PerSecond(2*time.Second) != 3.5 {
		t.Errorf("counter %v, %v/s", v.Sum, v.PerSecond(2*time.Second))
	}
	if v := s.Find("gg").Values; v.Last != 5 || v.Min != -1 || v.Max != 5 {
		t.Errorf("gauge %v, %v to %v", v.Last, v.Min, v.Max)
	}
	if v := s.Find("rr").Values; v.Share() != 0.75 || v.Passes != 3 || v.Samples != 4 {
		t.Errorf("rate %v of %d/%d", v.Share(), v.Passes, v.Samples)
	}
	if v := s.Find("tt").Values; v.Mean() != 1.75 || v.Min != -1 || v.Max != 5 || v.Percentile(50) != 1.5 || v.Samples != 4 {
		t.Errorf("trend %+v", v)
	}
	if s.Find("iterations") != nil {
		t.Error("a metric without samples is shown")
	}
}

func TestStateIsImmutable(t *testing.T) {
	e := New()
	m := mustMetric(t, e, "tt", Trend)
	e.Add(m, 1, nil, start)
	e.Check("", "c", true, nil, time.Time{})
	s := e.Collect(start)
	for range 1000 {
		e.Add(m, 100, nil, start)
		e.Check("", "c", false, nil, time.Time{})
	}
	later := e.Collect(start)
	if v := s.Find("tt").Values; v.Samples != 1 || v.Max != 1 || v.Percentile(100) != 1 || s.Checks[0].Fails != 0 {
		t.Errorf("changed: %+v", v)
	}
	if v := later.Find("tt").Values; v.Samples != 1001 || v.Max != 100 {
		t.Errorf("later: %+v", v)
	}
	if again := e.Collect(start); again.Find("tt") != later.Find("tt") {
		t.Error("what has not changed is copied")
	}
}

func TestRequestIsCountedInItsMetrics(t *testing.T) {
	e := New()
	r := Request{Blocked: 7 * time.Millisecond, Connecting: 6 * time.Millisecond, TLS: 5 * time.Millisecond,
		Sending: time.Millisecond, Waiting: 2500 * time.Microsecond, Receiving: 4 * time.Millisecond, Verdict: Expected}
	e.AddRequest(&r, nil, time.Time{})
	r.Verdict, r.Receiving = Unexpected, 0
	e.AddRequest(&r, nil, time.Time{})
	r.Verdict, r.Receiving = Unjudged, 1
	e.AddRequest(&r, nil, time.Time{})
	s := e.Collect(start)
	for key, want := range map[string]struct {
		n        int64
		max, sum float64
	}{
		"http_reqs":                {3, 1, 3},
		"http_req_failed":          {2, 1, 1},
		"http_req_duration":        {3, 7.5, 14.500001},
		expectedKey:                {1, 7.5, 7.5},
		"http_req_blocked":         {3, 7, 21},
		"http_req_connecting":      {3, 6, 18},
		"http_req_tls_handshaking": {3, 5, 15},
		"http_req_sending":         {3, 1, 3},
		"http_req_waiting":         {3, 2.5, 7.5},
		"http_req_receiving":       {3, 4, 4.000001},
	} {
		if v := s.Find(key).Values; v.Samples != want.n || v.Max != want.max || math.Abs(v.Sum-want.sum) > 1e-9 {
			t.Errorf("%s: %d samples, max %v, sum %v, want %+v", key, v.Samples, v.Max, v.Sum, want)
		}
	}
}

func TestNothingIsLostBetweenGoroutines(t *testing.T) {
	e := New()
	const workers, each = 8, 3 * foldAt
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			m, err := e.Metric("own", Counter, Default)
			if err != nil {
				t.Error(err)
				return
			}
			for range each {
				e.Add(m, 1, nil, time.Time{})
				e.AddRequest(&Request{Waiting: time.Millisecond, Verdict: Expected}, nil, time.Time{})
				e.Check("::g", "c", true, nil, time.Time{})
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			e.Collect(start)
		}
	}
	s := e.Collect(start)
	for _, key := range []string{"own", "http_reqs", "checks", expectedKey} {
		if n := s.Find(key).Values.Samples; n != workers*each {
			t.Errorf("%s: %d samples, want %d", key, n, workers*each)
		}
	}
	if n := s.Root.Groups[0].Checks[0].Passes; n != workers*each {
		t.Errorf("%d passes, want %d", n, workers*each)
	}
}
