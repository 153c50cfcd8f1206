package metrics

import (
	"fmt"
	"testing"
	"time"
)

// userTags are like those of a virtual user of a k6 script: fixed ones, and those of the request at hand.
type userTags struct {
	base      *TagSet
	name, url string
}

func (u *userTags) Tag(name string) (string, bool) {
	switch name {
	case "name":
		return u.name, true
	case "url":
		return u.url, true
	}
	return u.base.Tag(name)
}

func newUserTags() *userTags {
	var base *TagSet
	return &userTags{base: base.With(Tag{"scenario", "default"}, Tag{"group", ""}), name: "item 7", url: "http://localhost/7"}
}

// filtered is an engine with thresholds on n names of requests.
func filtered(t testing.TB, n int) *Engine {
	var spec []ThresholdsOf
	for i := range n {
		spec = append(spec, on(fmt.Sprintf("http_req_duration{scenario:default,name:item %d}", i), "p(95)<500"),
			on(fmt.Sprintf("checks{check:item %d}", i), "rate>0.9"))
	}
	return withThresholds(t, New(), spec...)
}

// hotPath is what each sample of a script calls.
func hotPath(e *Engine, m *Metric) map[string]func() {
	tags, r := newUserTags(), Request{Waiting: 1234567, Receiving: 12345, Sending: 4321, Verdict: Expected}
	return map[string]func(){
		"Add":        func() { e.Add(m, 12.5, tags, time.Time{}) },
		"AddRequest": func() { r.Waiting += 1001; e.AddRequest(&r, tags, time.Time{}) },
		"Check":      func() { e.Check("::a", "item 7", true, tags, time.Time{}) },
	}
}

func TestSamplesDoNotAllocate(t *testing.T) {
	for _, filters := range []int{0, 20} {
		e := filtered(t, filters)
		for name, call := range hotPath(e, mustMetric(t, e, "mine", Trend)) {
			for range 20 * foldAt { // until the buffers are as large, and the buckets as many, as they become
				call()
			}
			if n := testing.AllocsPerRun(10, func() {
				for range 2 * foldAt {
					call()
				}
			}); n > 4 { // a garbage collection may empty the pool of tokens
				t.Errorf("%s with %d filters: %v allocations in %d samples", name, filters, n, 2*foldAt)
			}
		}
	}
}

func BenchmarkSample(b *testing.B) {
	for _, filters := range []int{0, 20} {
		for _, name := range []string{"Add", "AddRequest", "Check"} {
			b.Run(fmt.Sprintf("%s/filters=%d", name, filters), func(b *testing.B) {
				e := filtered(b, filters)
				call := hotPath(e, mustMetric(b, e, "mine", Trend))[name]
				b.ReportAllocs()
				for b.Loop() {
					call()
				}
			})
		}
	}
}

func BenchmarkCollect(b *testing.B) {
	e := New()
	for i := range 100_000 {
		d := time.Duration(i) * 10 * time.Microsecond
		e.AddRequest(&Request{Blocked: d, Connecting: d, TLS: d, Sending: d, Waiting: d, Receiving: d, Verdict: Expected}, nil, time.Time{})
	}
	b.ReportAllocs()
	for b.Loop() {
		e.AddRequest(&Request{Verdict: Expected}, nil, time.Time{})
		e.Collect(start)
	}
}
