package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func overJSON(t *testing.T, f *Frame) *Frame {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	out := new(Frame)
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatal(err)
	}
	return out
}

var spec = []ThresholdsOf{
	{"http_req_duration", []Threshold{{Expr: "p(95)<500"}, {Expr: "avg<1", AbortOnFail: true, DelayAbortEval: time.Second}}},
	{"http_req_duration{name:a}", []Threshold{{Expr: "max<100"}}},
	{"checks", []Threshold{{Expr: "rate>0.9"}}},
	{"own", []Threshold{{Expr: "count<10"}}},
	{"spread{never:seen}", []Threshold{{Expr: "med<10"}}},
}

func engine(t *testing.T) *Engine {
	t.Helper()
	e := New()
	for name, of := range map[string]Type{"own": Counter, "level": Gauge, "spread": Trend} {
		if _, err := e.Metric(name, of, Default); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Thresholds(spec); err != nil {
		t.Fatal(err)
	}
	if err := e.Validate(); err != nil {
		t.Fatal(err)
	}
	return e
}

// Frames of several engines add up to what one engine would say that has had all samples, and thresholds are judged alike.
func TestSumIsOneEngine(t *testing.T) {
	for _, samples := range []int{60, 3000} { // distributions that are kept as they are, and such that are not
		for _, shards := range []int{1, 3, 16} {
			one, start := engine(t), time.Unix(1000, 0)
			var all []*Engine
			for range shards {
				all = append(all, engine(t))
			}
			for i := range samples {
				at := start.Add(time.Duration(i) * time.Millisecond)
				name := (*TagSet)(nil).With(Tag{"name", string(rune('a' + i%3))})
				value := float64(rand.IntN(1000)) // whole, so that sums do not depend on their order
				for _, e := range []*Engine{one, all[i%shards]} {
					e.AddRequest(&Request{Sending: time.Millisecond, Waiting: time.Duration(value) * time.Millisecond, Verdict: Verdict(1 + i%2)}, name, at)
					e.Check("::outer::inner", fmt.Sprint("check ", i%3), i%5 > 0, nil, at)
					e.Group("::alone")
					e.Add(e.byName["own"], value, nil, at)
					e.Add(e.byName["level"], value, nil, at)
					e.Add(e.byName["spread"], value-300, nil, at)
				}
			}
			var sum Sum
			for _, e := range all {
				if err := sum.Add(overJSON(t, e.Collect(start).Frame())); err != nil {
					t.Fatal(err)
				}
			}
			want, got := one.Collect(start), sum.State()
			if len(got.Series) != len(want.Series) {
				t.Fatalf("%d series, want %d", len(got.Series), len(want.Series))
			}
			for _, w := range want.Series {
				g := got.Find(w.Key)
				if g == nil || !reflect.DeepEqual(g.Values, w.Values) || g.Metric.Type != w.Metric.Type || !reflect.DeepEqual(g.Tags, w.Tags) {
					t.Errorf("%d samples on %d shards: %+v\nwant %+v", samples, shards, g, w)
				}
			}
			byPath := func(s *State) map[string]Check {
				all := map[string]Check{}
				for _, c := range s.Checks {
					all[c.Path] = c
				}
				return all
			}
			if !reflect.DeepEqual(byPath(got), byPath(want)) || len(got.Root.Groups) != 2 {
				t.Errorf("%+v\nwant %+v", got.Checks, want.Checks)
			}
			wantResults, wantAbort := one.Evaluate(want, time.Minute, false)
			results, abort := one.Evaluate(got, time.Minute, false)
			judged, abort2, err := Judge(got, one.Spec(), time.Minute, false)
			if err != nil || !reflect.DeepEqual(results, wantResults) || !reflect.DeepEqual(judged, wantResults) || abort != wantAbort || abort2 != abort || !abort {
				t.Errorf("%v\nwant %v (%v)", judged, wantResults, err)
			}
		}
	}
}

func TestSumOfGauges(t *testing.T) {
	var sum Sum
	for i := range 3 {
		e := engine(t)
		at := time.Unix(1000+int64(i%2), 0)
		level, _ := e.Metric("level", Gauge, Default)
		e.Add(level, float64(10+i), nil, at)
		e.Add(e.Builtin.VUs, 5, nil, at)
		e.Add(e.Builtin.VUs, 7, nil, at)
		f := overJSON(t, e.Collect(at).Frame())
		f.Shift(time.Duration(i) * time.Hour)
		if err := sum.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	s := sum.State()
	if v := s.Find("level").Values; v.Last != 12 || v.Min != 10 || v.Max != 12 {
		t.Errorf("%+v", v)
	}
	if v := s.Find("vus").Values; v.Last != 21 || v.Min != 15 || v.Max != 21 {
		t.Errorf("%+v", v)
	}
}

func TestSumRefuses(t *testing.T) {
	infinite := FrameSeries{Key: "own", Metric: "own", Samples: 2, Sum: Float(math.Inf(1)), Max: Float(math.Inf(1)), Min: 1}
	text, err := json.Marshal(infinite)
	var again FrameSeries
	if err2 := json.Unmarshal(text, &again); err != nil || err2 != nil || !reflect.DeepEqual(again, infinite) {
		t.Errorf("%+v from %s (%v, %v)", again, text, err, err2)
	}
	var sum Sum
	if err := sum.Add(&Frame{Series: []FrameSeries{infinite}}); err != nil {
		t.Error(err)
	}
	for want, f := range map[string]FrameSeries{
		"different scripts":   {Key: "own", Metric: "own", Type: Trend, Samples: 1},
		"no known type":       {Key: "x", Metric: "x", Type: 9},
		"damaged":             {Key: "t", Metric: "t", Type: Trend, Samples: 2, Raw: []Float{1}},
		"of a distribution":   {Key: "u", Metric: "u", Type: Trend, Samples: 1, Positive: Buckets{0, 1}},
		"distribution are da": {Key: "w", Metric: "w", Type: Trend, Samples: 1, Positive: Buckets{0xff, 0xff, 0xff, 0x7f, 1}},
	} {
		if err := sum.Add(&Frame{Series: []FrameSeries{f}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
