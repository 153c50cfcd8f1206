package metrics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// judge evaluates and gives what became of each threshold, as text.
func judge(e *Engine, elapsed time.Duration, final bool) (lines []string, abort bool) {
	results, abort := e.Evaluate(e.Collect(start), elapsed, final)
	for _, r := range results {
		lines = append(lines, fmt.Sprintf("%s %s: %s=%v judged=%v ok=%v", r.Key, r.Expr, r.Method, r.Value, r.Judged, r.OK))
	}
	return lines, abort
}

func TestThresholdsOnNothing(t *testing.T) {
	e := New()
	for name, of := range map[string]Type{"cc": Counter, "gg": Gauge, "rr": Rate, "tt": Trend} {
		mustMetric(t, e, name, of)
	}
	withThresholds(t, e, on("cc", "count>0", "count>=0", "rate>0"), on("gg", "value>0", "value>=0"), on("rr", "rate>0.5", "rate<0.5"),
		on("tt", "p(95)<1", "p(95)>1", "avg>1", "min>1", "max>1", "med>1"), on("cc{a:b}", "count>0"), on("rr{a:b}", "rate>0.5"))
	during, _ := judge(e, time.Second, false)
	for _, line := range during {
		if !strings.HasSuffix(line, "judged=false ok=true") {
			t.Error("during the run:", line)
		}
	}
	end, _ := judge(e, time.Second, true)
	want := []string{
		"cc count>0: count=0 judged=true ok=false",
		"cc count>=0: count=0 judged=true ok=true",
		"cc rate>0: rate=0 judged=true ok=false",
		"gg value>0: value=0 judged=true ok=false",
		"gg value>=0: value=0 judged=true ok=true",
		"rr rate>0.5: rate=0 judged=false ok=true",
		"rr rate<0.5: rate=0 judged=false ok=true",
		"tt p(95)<1: p(95)=0 judged=true ok=true",
		"tt p(95)>1: p(95)=0 judged=true ok=false",
		"tt avg>1: avg=0 judged=true ok=false",
		"tt min>1: min=0 judged=true ok=false",
		"tt max>1: max=0 judged=true ok=false",
		"tt med>1: med=0 judged=true ok=false",
		"cc{a:b} count>0: count=0 judged=true ok=false",
		"rr{a:b} rate>0.5: rate=0 judged=false ok=true",
	}
	if !slices.Equal(end, want) {
		t.Errorf("at the end:\n%s\nwant\n%s", strings.Join(end, "\n"), strings.Join(want, "\n"))
	}
}

func TestThresholdsOnEveryMethod(t *testing.T) {
	e := New()
	c, g, r, tr := mustMetric(t, e, "cc", Counter), mustMetric(t, e, "gg", Gauge), mustMetric(t, e, "rr", Rate), mustMetric(t, e, "tt", Trend)
	withThresholds(t, e, on("cc", "count===6", "rate!=3"), on("gg", "value<=3"), on("rr", "rate==1"),
		on("tt", "avg<2", "min<=1", "max>3", "med==2", "p(75.0)==2.5"))
	for _, v := range []float64{1, 2, 3} {
		for _, m := range []*Metric{c, g, r, tr} {
			e.Add(m, v, nil, start.Add(time.Duration(v)))
		}
	}
	got, _ := judge(e, 2*time.Second, false)
	want := []string{
		"cc count===6: count=6 judged=true ok=true",
		"cc rate!=3: rate=3 judged=true ok=false",
		"gg value<=3: value=3 judged=true ok=true",
		"rr rate==1: rate=1 judged=true ok=true",
		"tt avg<2: avg=2 judged=true ok=false",
		"tt min<=1: min=1 judged=true ok=true",
		"tt max>3: max=3 judged=true ok=false",
		"tt med==2: med=2 judged=true ok=true",
		"tt p(75.0)==2.5: p(75.0)=2.5 judged=true ok=true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAbort(t *testing.T) {
	const fails, holds = "count<1", "count>0"
	for _, test := range []struct {
		name    string
		t       Threshold
		elapsed time.Duration
		final   bool
		want    bool
	}{
		{"no abortOnFail", Threshold{Expr: fails}, time.Minute, false, false},
		{"at once", Threshold{Expr: fails, AbortOnFail: true}, 0, false, true},
		{"it holds", Threshold{Expr: holds, AbortOnFail: true}, time.Minute, false, false},
		{"before the delay", Threshold{Expr: fails, AbortOnFail: true, DelayAbortEval: 10 * time.Second}, 9 * time.Second, false, false},
		{"after the delay", Threshold{Expr: fails, AbortOnFail: true, DelayAbortEval: 10 * time.Second}, 11 * time.Second, false, true},
		{"nothing left to abort", Threshold{Expr: fails, AbortOnFail: true}, time.Minute, true, false},
	} {
		e := withThresholds(t, New(), ThresholdsOf{"iterations", []Threshold{test.t}})
		e.Add(e.Builtin.Iterations, 1, nil, start)
		if _, abort := judge(e, test.elapsed, test.final); abort != test.want {
			t.Errorf("%s: abort %v", test.name, abort)
		}
	}
	e := withThresholds(t, New(), ThresholdsOf{"iterations", []Threshold{{Expr: "count>5", AbortOnFail: true}}})
	if _, abort := judge(e, time.Minute, false); abort {
		t.Error("aborted for want of samples")
	}
}

func TestThresholdErrors(t *testing.T) {
	for _, test := range []struct{ key, expr, want string }{
		{"cc{a}", "count>1", `threshold on "cc{a}": "a" is no tag:value: write metric or metric{tag:value,tag:value}`},
		{"cc", "count", `thresholds of cc: threshold "count": there is no <, <=, >, >=, ==, === or !=: write one comparison, such as p(95)<500`},
		{"nope{a:b}", "count>1", `thresholds of nope{a:b}: there is no metric "nope": make it in the script, or correct the name`},
		{" iterations", "count>1", `thresholds of  iterations: there is no metric " iterations": make it in the script, or correct the name`},
		{"iterations", "avg>1", `thresholds of iterations: "avg>1": iterations is a counter, of which a threshold can ask count, rate`},
		{"vus", "max>1", `thresholds of vus: "max>1": vus is a gauge, of which a threshold can ask value`},
		{"checks{a:b}", "p(95)>1", `thresholds of checks{a:b}: "p(95)>1": checks is a rate, of which a threshold can ask rate`},
		{"http_req_duration", "count>1", `thresholds of http_req_duration: "count>1": http_req_duration is a trend, of which a threshold can ask avg, min, max, med, p(0) to p(100)`},
	} {
		e := New()
		err := e.Thresholds([]ThresholdsOf{on(test.key, test.expr)})
		if err == nil {
			err = e.Validate()
		}
		if err == nil || err.Error() != test.want {
			t.Errorf("%s %s: error\n%v\nwant\n%s", test.key, test.expr, err, test.want)
		}
	}
}

func TestSubmetrics(t *testing.T) {
	e := New()
	m := mustMetric(t, e, "cc", Counter)
	keys := []string{"cc{a:b}", `cc{ "a" : b , c:d}`, "cc{c:d,a:b}", `cc{group:""}`, "cc{group:::g}", "cc{x:y}", "cc{a:z}"}
	var spec []ThresholdsOf
	for _, key := range keys {
		spec = append(spec, on(key, "count>0"))
	}
	withThresholds(t, e, spec...)
	var none *TagSet
	root := none.With(Tag{"group", ""})
	e.Add(m, 1, nil, start)
	e.Add(m, 2, none, start)
	e.Add(m, 4, root.With(Tag{"a", "b"}), start)
	e.Add(m, 8, root.With(Tag{"a", "b"}, Tag{"c", "d"}), start)
	e.Add(m, 16, root.With(Tag{"group", "::g"}, Tag{"c", "d"}), start)
	e.Add(m, 32, root.With(Tag{"a", "b"}).With(Tag{"a", "z"}), start)
	e.Add(e.Builtin.Iterations, 1, root.With(Tag{"a", "b"}), start)
	s := e.Collect(start)
	for key, want := range map[string]float64{
		"cc": 63, "cc{a:b}": 12, `cc{"a" : b , c:d}`: 8, "cc{c:d,a:b}": 8, `cc{group:""}`: 44, "cc{group:::g}": 16, "cc{x:y}": 0, "cc{a:z}": 32,
	} {
		if got := s.Find(key); got == nil || got.Values.Sum != want {
			t.Errorf("%s: %+v, want %v", key, got, want)
		}
	}
}

func TestSubmetricsOfRequests(t *testing.T) {
	e := withThresholds(t, New(), on("http_req_duration{name:a}", "avg>0"), on("http_req_failed{name:a}", "rate>0"),
		on("http_req_waiting{expected_response:false}", "avg>0"), on("http_reqs{name:a,expected_response:true}", "count>0"),
		on(expectedKey, "avg>0"), on("http_reqs{expected_response:true}", "count>0"))
	var tags *TagSet
	a, b := tags.With(Tag{"name", "a"}), tags.With(Tag{"name", "b"})
	for _, tags := range []*TagSet{a, b} {
		for _, verdict := range []Verdict{Expected, Unexpected, Unjudged} {
			e.AddRequest(&Request{Sending: time.Millisecond, Waiting: 2 * time.Millisecond, Verdict: verdict}, tags, time.Time{})
		}
	}
	s := e.Collect(start)
	for key, want := range map[string]struct {
		n   int64
		sum float64
	}{
		"http_req_duration{name:a}":                 {3, 9},
		"http_req_failed{name:a}":                   {2, 1},
		"http_req_waiting{expected_response:false}": {2, 4},
		"http_reqs{name:a,expected_response:true}":  {1, 1},
		"http_reqs{expected_response:true}":         {2, 2},
		expectedKey:                                 {2, 6},
	} {
		if got := s.Find(key); got == nil || got.Values.Samples != want.n || got.Values.Sum != want.sum {
			t.Errorf("%s: %+v, want %+v", key, got, want)
		}
	}
}
