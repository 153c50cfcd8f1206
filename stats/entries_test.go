package stats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// The JSON has what Locust's has: order, types, and rounded times.
func TestEntries(t *testing.T) {
	r := NewRecorder(t0, Options{Seconds: true})
	record := func(name string, done, took time.Duration, failure string) {
		s := sampleAt(name, done, took)
		s.Failure = failure
		r.Record(s)
	}
	record("/b", 2*time.Second, 250*time.Millisecond, "")
	r.Collect(t0.Add(2500*time.Millisecond), 1)
	record("/a<", 2900*time.Millisecond, 1234567*time.Nanosecond, "")
	record("/b", 1500*time.Millisecond, 12*time.Second, "HTTPError('500')") // counted late
	record("/b", 4*time.Second, 1499*time.Microsecond, "HTTPError('500')")
	record("/b", 4100*time.Millisecond, 1700*time.Microsecond, "")
	s := sampleAt("/b", 4200*time.Millisecond, 0)
	s.Untimed = true
	r.Record(s)
	r.Collect(t0.Add(5*time.Second), 1)
	unix := t0.Unix()
	var b bytes.Buffer
	if err := WriteEntries(&b, r.Entries()); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`[
    {
        "name": "/b",
        "method": "GET",
        "last_request_timestamp": %[1]d.45,
        "start_time": %[2]d.75,
        "num_requests": 5,
        "num_none_requests": 1,
        "num_failures": 2,
        "total_response_time": 12253.199,
        "max_response_time": 12000.0,
        "min_response_time": 1.499,
        "total_content_length": 35,
        "response_times": {
            "1": 1,
            "2": 1,
            "250": 1,
            "12000": 1
        },
        "num_reqs_per_sec": {
            "%[2]d": 1,
            "%[3]d": 1,
            "%[1]d": 3
        },
        "num_fail_per_sec": {
            "%[2]d": 1,
            "%[1]d": 1
        }
    },
    {
        "name": "/a<",
        "method": "GET",
        "last_request_timestamp": %[4]d.15,
        "start_time": %[4]d.15,
        "num_requests": 1,
        "num_none_requests": 0,
        "num_failures": 0,
        "total_response_time": 1.234567,
        "max_response_time": 1.234567,
        "min_response_time": 1.234567,
        "total_content_length": 7,
        "response_times": {
            "1": 1
        },
        "num_reqs_per_sec": {
            "%[4]d": 1
        },
        "num_fail_per_sec": {}
    }
]`, unix+4, unix+1, unix+2, unix+3)
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	// After a reset the rows stay, empty, and begin with it.
	reset := t0.Add(6 * time.Second)
	r.Reset(reset)
	r.Collect(reset, 1)
	list := r.Entries()
	if len(list) != 2 || list[0].Requests != 0 || list[0].LastRequest != nil || list[0].MinTime != nil || list[0].Start != unixFloat(reset) {
		t.Errorf("after a reset: %+v", list)
	}
	record("/b", 7*time.Second, time.Millisecond, "")
	record("/c", 8*time.Second, time.Millisecond, "")
	r.Collect(t0.Add(9*time.Second), 1)
	list = r.Entries()
	if len(list) != 3 || list[0].Start != unixFloat(reset) || list[0].Requests != 1 || list[2].Start != unixFloat(t0.Add(8*time.Second)) {
		t.Errorf("after the reset: %+v", list)
	}
}

func TestNoEntries(t *testing.T) {
	r := NewRecorder(t0, Options{Seconds: true})
	r.Collect(t0, 0)
	var b bytes.Buffer
	if err := WriteEntries(&b, r.Entries()); err != nil || b.String() != "[]" {
		t.Errorf("%q %v", b.String(), err)
	}
}

// Counts by second agree with the totals however the samples are mixed, and stay sorted.
func TestEntriesAddUp(t *testing.T) {
	r := NewRecorder(t0, Options{Seconds: true})
	for i := range 3 * foldAt {
		s := sampleAt("/", time.Duration(i*7919%60_000)*time.Millisecond, time.Duration(i%3000)*time.Millisecond)
		if i%3 == 0 {
			s.Failure = "x"
		}
		r.Record(s)
	}
	r.Collect(t0.Add(time.Minute), 0)
	e := r.Entries()[0]
	for what, c := range map[string]struct {
		of   Counts
		want int64
	}{"times": {e.Times, e.Requests}, "requests": {e.PerSecond, e.Requests}, "failures": {e.FailedPer, e.Failures}} {
		sum := int64(0)
		for i, n := range c.of {
			sum += n.n
			if i > 0 && c.of[i-1].number >= n.number {
				t.Errorf("%s: %d after %d", what, n.number, c.of[i-1].number)
			}
		}
		if sum != c.want || c.want == 0 {
			t.Errorf("%s: %d, want %d", what, sum, c.want)
		}
	}
	var back []map[string]any
	var b bytes.Buffer
	if err := WriteEntries(&b, r.Entries()); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || len(back) != 1 || len(back[0]) != 14 {
		t.Errorf("%v: %v", err, back)
	}
}

func TestLocustRound(t *testing.T) {
	for ms, want := range map[float64]int64{
		0: 0, 0.4: 0, 0.5: 0, 1.5: 2, 2.5: 2, 99.4: 99, 99.6: 100, 104: 100, 147: 150, 994: 990, 996: 1000, 3432: 3400, 9960: 10000, 58760: 59000,
	} {
		if got := LocustRound(ms); got != want {
			t.Errorf("%v: %d, want %d", ms, got, want)
		}
	}
}
