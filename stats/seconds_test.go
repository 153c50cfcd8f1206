package stats

import (
	"maps"
	"testing"
	"time"
)

func TestSecondsCountByTheEnd(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	r := NewRecorder(start, Options{})
	a, b := Key{"GET", "/a"}, Key{"GET", "/b"}
	add := func(k Key, after time.Duration, failure string) {
		done := start.Add(after)
		r.Record(Sample{Key: k, Sent: done.Add(-time.Millisecond), Done: done, Failure: failure})
	}
	add(a, 0, "")
	add(a, 999*time.Millisecond, "E('x')")
	add(a, time.Second, "")
	add(b, 1500*time.Millisecond, "")
	type count struct{ requests, failures int64 }
	type at struct {
		name   string
		second int64
	}
	counts := func() map[at]count {
		got := map[at]count{}
		r.Collect(start.Add(20*time.Second), 0)
		r.Seconds(func(k Key, second, requests, failures int64) { got[at{k.Name, second}] = count{requests, failures} })
		return got
	}
	want := map[at]count{{"/a", 1_000_000}: {2, 1}, {"/a", 1_000_001}: {1, 0}, {"/b", 1_000_001}: {1, 0}}
	if got := counts(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	add(a, 1900*time.Millisecond, "") // a second goes on
	add(a, 16*time.Second, "")        // and one takes the place of another
	want[at{"/a", 1_000_001}] = count{2, 0}
	want[at{"/a", 1_000_016}] = count{1, 0}
	delete(want, at{"/a", 1_000_000})
	if got := counts(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	r.Reset(start.Add(20 * time.Second))
	if got := counts(); len(got) != 0 {
		t.Errorf("after a reset: %v", got)
	}
}
