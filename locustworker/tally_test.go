package locustworker

import (
	"maps"
	"testing"
	"time"

	"katydid/stats"
)

// The expected values are those of Python's round.
func TestBucket(t *testing.T) {
	for micros, want := range map[int64]int64{
		0: 0, 499: 0, 500: 0, 501: 1, 1500: 2, 2500: 2, 99_400: 99, 99_600: 100, 100_000: 100, 104_900: 100, 105_000: 100, 105_100: 110,
		115_000: 120, 994_000: 990, 996_000: 1000, 1_049_000: 1000, 1_051_000: 1100, 3_432_000: 3400, 9_951_000: 10_000, 58_760_000: 59_000,
	} {
		if got := stats.LocustRound(float64(micros) / 1000); got != want {
			t.Errorf("%d us: %d, want %d", micros, got, want)
		}
	}
}

// The key is the one of a Python worker: sha256 of "GET./a." and the repr of the text.
func TestErrorKey(t *testing.T) {
	const want = "52854ae105ceb5a6f206609da2b6138188386161ff2133ff43c30a511394f91c"
	if got := errorKey(stats.Key{Method: "GET", Name: "/a"}, "HTTPError('404 Client Error: Not Found for url: /a')"); got != want {
		t.Errorf("got %s", got)
	}
}

// entry reads a report and gives the row of a name; "Aggregated" is the sum.
func entry(t *testing.T, y *tally, name string) map[string]any {
	t.Helper()
	v, rest, err := value(y.appendReport(nil, map[string]int{"A": 2, "B": 1}), 0)
	if err != nil || len(rest) > 0 {
		t.Fatalf("%v, %d bytes too many", err, len(rest))
	}
	data := v.(map[string]any)
	if data["user_count"] != int64(3) || !maps.Equal(data["user_classes_count"].(map[string]any), map[string]any{"A": int64(2), "B": int64(1)}) {
		t.Errorf("users: %v, %v", data["user_count"], data["user_classes_count"])
	}
	for _, row := range append(data["stats"].([]any), data["stats_total"]) {
		if row := row.(map[string]any); row["name"] == name {
			return row
		}
	}
	return nil
}

func TestEntry(t *testing.T) {
	start := time.Now().Truncate(time.Second)
	r := stats.NewRecorder(start, stats.Options{IntervalLog: true})
	y := newTally(r)
	y.begin(start)
	add := func(name string, after, took time.Duration, untimed bool, failure string) {
		done := start.Add(after)
		r.Record(stats.Sample{Key: stats.Key{Method: "GET", Name: name}, Sent: done.Add(-took), Done: done, Bytes: 100, Untimed: untimed, Failure: failure})
	}
	add("/a", 100*time.Millisecond, 1250*time.Microsecond, false, "")
	add("/a", 200*time.Millisecond, 250*time.Millisecond, false, "E('x')")
	add("/a", 1100*time.Millisecond, 0, true, "")
	add("/b", 1500*time.Millisecond, 5*time.Millisecond, false, "")
	y.collect(start.Add(2*time.Second), 3)
	first, next := start.Unix(), start.Unix()+1
	check := func(name string, want map[string]any, times, requests, failures map[string]any) {
		t.Helper()
		got := entry(t, y, name)
		for field, v := range want {
			if got[field] != v {
				t.Errorf("%s, %s: %v, want %v", name, field, got[field], v)
			}
		}
		for field, m := range map[string]map[string]any{"response_times": times, "num_reqs_per_sec": requests, "num_fail_per_sec": failures} {
			if v, _ := got[field].(map[string]any); !maps.Equal(v, m) {
				t.Errorf("%s, %s: %v, want %v", name, field, v, m)
			}
		}
	}
	second := func(at, n int64) map[string]any { return map[string]any{itoa(at): n} }
	check("/a", map[string]any{"method": "GET", "num_requests": int64(3), "num_none_requests": int64(1), "num_failures": int64(1),
		"total_response_time": 251.25, "min_response_time": 1.25, "max_response_time": 250.0, "total_content_length": int64(300),
		"start_time": float64(start.Unix()), "last_request_timestamp": float64(start.Unix()) + 1.5},
		map[string]any{"1": int64(1), "250": int64(1)}, map[string]any{itoa(first): int64(2), itoa(next): int64(1)}, second(first, 1))
	check("Aggregated", map[string]any{"method": "", "num_requests": int64(4), "total_response_time": 256.25, "min_response_time": 1.25, "max_response_time": 250.0},
		map[string]any{"1": int64(1), "250": int64(1), "5": int64(1)}, map[string]any{itoa(first): int64(2), itoa(next): int64(2)}, second(first, 1))
	y.reported()

	add("/b", 1600*time.Millisecond, 7*time.Millisecond, false, "")
	y.collect(start.Add(3*time.Second), 3)
	if row := entry(t, y, "/a"); row != nil {
		t.Errorf("a row without news: %v", row)
	}
	check("/b", map[string]any{"num_requests": int64(1), "total_response_time": 7.0, "min_response_time": 5.0, "max_response_time": 7.0, "num_failures": int64(0)},
		map[string]any{"7": int64(1)}, second(next, 1), nil)
	y.reported()
	check("Aggregated", map[string]any{"num_requests": int64(0), "last_request_timestamp": nil, "min_response_time": nil, "max_response_time": 0.0,
		"start_time": float64(start.Unix())}, nil, nil, nil)

	y.begin(start.Add(10 * time.Second)) // the next run
	add("/a", 11*time.Second, 3*time.Millisecond, false, "")
	y.collect(start.Add(12*time.Second), 3)
	check("/a", map[string]any{"num_requests": int64(1), "min_response_time": 3.0, "max_response_time": 3.0, "num_failures": int64(0), "start_time": float64(start.Unix() + 10)},
		map[string]any{"3": int64(1)}, second(first+11, 1), nil)
}

// A request whose second is long over when it is counted is counted in another one: the sums agree.
func TestLateSecond(t *testing.T) {
	start := time.Now().Truncate(time.Second)
	r := stats.NewRecorder(start, stats.Options{IntervalLog: true})
	y := newTally(r)
	y.begin(start)
	k := stats.Key{Method: "GET", Name: "/a"}
	r.Record(stats.Sample{Key: k, Sent: start, Done: start.Add(20 * time.Second)})
	y.collect(start.Add(21*time.Second), 1)
	r.Record(stats.Sample{Key: k, Sent: start, Done: start.Add(4 * time.Second)})
	y.collect(start.Add(22*time.Second), 1)
	row := entry(t, y, "/a")
	var n int64
	for _, v := range row["num_reqs_per_sec"].(map[string]any) {
		n += v.(int64)
	}
	if n != 2 || row["num_requests"] != int64(2) {
		t.Errorf("%d in seconds, %v in all", n, row["num_requests"])
	}
}
