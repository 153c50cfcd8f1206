package metrics

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// sampleRun is a run with something of everything: groups, checks, metrics of all types, thresholds that hold and do not.
func sampleRun(t *testing.T) *Summary {
	t.Helper()
	e := New()
	metric := func(name string, of Type, contains Contains) *Metric {
		m, err := e.Metric(name, of, contains)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	c, g, r := metric("my_counter", Counter, Default), metric("my_gauge", Gauge, Default), metric("my_rate", Rate, Default)
	trend, times := metric("my_trend", Trend, Default), metric("my_time", Trend, Time)
	long, gauged := metric("my_long_counter_name_that_is_very_long", Counter, Time), metric("my_time_gauge", Gauge, Time)
	metric("never", Trend, Default)
	metric("never_counter", Counter, Default)
	withThresholds(t, e, on("http_req_duration", "p(95)<5000", "max<0.0001"), on("http_req_duration{name:foo}", "avg<1000"),
		on(`http_req_duration{ group : "::outer" }`, "avg<1000"), on("checks{check:inner ok}", "rate>0.9"),
		on("my_counter", "count>1", "rate>0"), on("my_gauge", "value<3"), on("my_rate", "rate==0.5"),
		on("my_trend{a:b}", "p(99.9)<1", "med>0", "min<5"), on("never", "p(95)<5"))

	var none *TagSet
	root := none.With(Tag{"group", ""}, Tag{"scenario", "default"})
	outer := root.With(Tag{"group", "::outer"})
	request := Request{Blocked: 2 * time.Millisecond, Sending: 20 * time.Microsecond, Waiting: 300 * time.Microsecond, Receiving: 61999, Verdict: Expected}
	for i := range 4 {
		at := start.Add(time.Duration(i) * time.Second)
		e.AddRequest(&request, outer.With(Tag{"name", "foo"}), time.Time{})
		e.Check("::outer", "status 200", true, outer, time.Time{})
		e.Check("::outer::inner", "inner ok", true, outer, time.Time{})
		e.Check("::outer::inner", "inner bad", false, outer, time.Time{})
		bad := request
		bad.Verdict, bad.Waiting = Unexpected, 1200*time.Microsecond
		e.AddRequest(&bad, root, time.Time{})
		e.Check("", "root check", true, root, time.Time{})
		e.Check("", "mixed", i < 2, root, time.Time{})
		e.Add(c, 1, root, at)
		e.Add(c, 2.5, root, at)
		e.Add(g, float64(2-i%2), root, at)
		e.Add(r, 1, root, at)
		e.Add(r, 0, root, at)
		e.Add(trend, 1.5, root.With(Tag{"a", "b"}), at)
		e.Add(trend, 123456.789, root, at)
		e.Add(times, 1234.5678, root, at)
		e.Add(long, 12345, root, at)
		e.Add(gauged, 1500, root, at)
		e.Add(e.Builtin.IterationDuration, 11.7, root, at)
		e.Add(e.Builtin.GroupDuration, 1.7, outer, at)
		e.Add(e.Builtin.Iterations, 1, root, at)
		e.Add(e.Builtin.DataSent, 146, root, at)
		e.Add(e.Builtin.DataReceived, 261, root, at)
	}
	const run = 25*time.Millisecond + 59117*time.Nanosecond
	state := e.Collect(start.Add(run))
	results, _ := e.Evaluate(state, run, true)
	return &Summary{State: state, Results: results, Run: run, TrendStats: DefaultTrendStats()}
}

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// The form of these files was compared with what k6 writes for a script with the same metrics, thresholds and checks:
// but for the numbers that depend on the clock they are the same, to the last space.
func TestSummaries(t *testing.T) {
	s := sampleRun(t)
	in := func(unit TimeUnit, stats ...string) *Summary {
		other := *s
		other.TimeUnit = unit
		var err error
		if other.TrendStats, err = ParseTrendStats(stats); err != nil {
			t.Fatal(err)
		}
		return &other
	}
	data := *s
	data.StdoutTTY, data.NoColor, data.SetupData = true, true, json.RawMessage(`{"a":"x<y"}`)
	data.TimeUnit = "ms"
	for name, write := range map[string]func(io.Writer) error{
		"compact.txt":      func(w io.Writer) error { return s.WriteText(w, TextOptions{}) },
		"full.txt":         func(w io.Writer) error { return s.WriteText(w, TextOptions{Full: true}) },
		"color.txt":        func(w io.Writer) error { return s.WriteText(w, TextOptions{Color: true}) },
		"milliseconds.txt": func(w io.Writer) error { return in("ms", "count", "p(99.99)").WriteText(w, TextOptions{}) },
		"nothing.txt": func(w io.Writer) error {
			return (&Summary{State: New().Collect(start), TrendStats: DefaultTrendStats()}).WriteText(w, TextOptions{})
		},
		"handlesummary.json": data.WriteJSON,
		"export.json":        data.WriteExport,
		"nothing.json":       (&Summary{State: New().Collect(start)}).WriteJSON,
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s differs; run with -update if that is meant\n%s", path, firstDifference(b.String(), string(want)))
		}
	}
}

// firstDifference is the first line that differs.
func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d: %q\n   want %q", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

func TestNumbersThatJSONHasNot(t *testing.T) {
	e := New()
	e.Add(mustMetric(t, e, "gg", Gauge), math.Inf(1), nil, start)
	s := Summary{State: e.Collect(start)}
	var b bytes.Buffer
	if err := s.WriteJSON(&b); err != nil || !strings.Contains(b.String(), `"gg":{"type":"gauge","contains":"default","values":{"value":null,"min":null,"max":null}}`) {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestParseTrendStats(t *testing.T) {
	stats, err := ParseTrendStats([]string{"avg", "min", "med", "max", "count", "p(0)", "p(99.99)", "p(100)"})
	if err != nil {
		t.Fatal(err)
	}
	v := valuesOf(Trend, 4, 1, 2)
	for i, want := range []float64{7.0 / 3, 1, 2, 4, 3, 1, 3.9996, 4} {
		if got := stats[i].of(&v); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s = %v, want %v", stats[i].Name, got, want)
		}
	}
	for _, bad := range []string{"", "AVG", " max", "p95", "p(101)", "p(-1)", "p( 9)", "p()", "sum", "p(nan)"} {
		want := fmt.Sprintf("summaryTrendStats: %q is none of avg, min, med, max, count, p(0) to p(100)", bad)
		if _, err := ParseTrendStats([]string{"avg", bad}); err == nil || err.Error() != want {
			t.Errorf("%q: error %v", bad, err)
		}
	}
	if none, err := ParseTrendStats(nil); err != nil || len(none) != 0 {
		t.Errorf("of nothing: %v, %v", none, err)
	}
}

func TestParseTimeUnit(t *testing.T) {
	for unit, ok := range map[string]bool{"": true, "s": true, "ms": true, "us": true, "ns": false, "m": false, "S": false, "sec": false} {
		if got, err := ParseTimeUnit(unit); (err == nil) != ok || ok && string(got) != unit {
			t.Errorf("%q: %q, %v", unit, got, err)
		}
	}
}

func TestOrderIsThatOfADictionary(t *testing.T) {
	e := New()
	want := strings.Fields("__y _x a_1 a1 a10 a2 ab aB Ab AB alpha b_ b_a B_b ba zeta Zeta " +
		"Zeta{a_b:c} Zeta{a-b:c} Zeta{a:/x} Zeta{a:1} Zeta{a:10} Zeta{a:2} Zeta{a:b} Zeta{a:B} Zeta{A:b} Zeta{a:é} Zeta{a:z} Zeta{a:中文}")
	var spec []ThresholdsOf
	for _, key := range want {
		if strings.Contains(key, "{") {
			spec = append(spec, on(key, "count>=0"))
		} else {
			e.Add(mustMetric(t, e, key, Counter), 1, nil, start)
		}
	}
	slices.Reverse(spec)
	withThresholds(t, e, spec...)
	var got []string
	for _, f := range e.Collect(start).families() {
		got = append(got, f.own.Key)
		for _, sub := range f.subs {
			got = append(got, sub.Key)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
