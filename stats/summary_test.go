package stats

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func summaryOf(r *Recorder, info RunInfo, at time.Duration) *Summary {
	return NewSummary(info, r.Collect(t0.Add(at), 0))
}

func TestSummary(t *testing.T) {
	r := NewRecorder(t0, Options{})
	stamped := sampleAt("/a", time.Second, 12345678) // ns
	stamped.Stamped, stamped.WakeLag, stamped.Phases = true, 1500, Phases{Send: time.Millisecond, Wait: 11345600}
	r.Record(stamped)
	failed := sampleAt("/b", 2*time.Second, 2*time.Second)
	failed.Planned = failed.Sent.Add(-time.Millisecond / 2)
	failed.Failure = "HTTPError('<500> & more')"
	r.Record(failed)
	untimed := sampleAt("/c", 2*time.Second, 0)
	untimed.Untimed = true
	r.Record(untimed)
	r.Exception(Exception{Message: "boom", Traceback: "Error: boom\n    at a.js:1:2", At: t0.Add(time.Second)})
	for range 70 { // enough for a 95th percentile
		r.Record(sampleAt("/d", time.Second, 10*time.Millisecond))
	}
	sum := summaryOf(r, RunInfo{
		Version: "0.1.0", Script: "scripts/scene_1.js", Started: t0, UsersMax: 200, ExitCode: 1,
		Health: Health{GCPauseMax: 123456, CPUShare: 0.5, CPUMost: 0.75, StealShare: -1, Planned: 5, Omitted: 2, OmittedBusy: 1, WaitMax: time.Second, Interrupted: 3},
		CPU:    1500 * time.Millisecond, RSSMaxBytes: 5 << 20, OpenFilesMax: 1024,
	}, 4*time.Second)
	golden(t, "summary.json", func(w io.Writer) error { return WriteSummary(w, sum) })
}

// A run without a request has no list that is null and no number that is not one.
func TestSummaryOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := WriteSummary(&b, summaryOf(NewRecorder(t0, Options{}), RunInfo{Started: t0}, 0)); err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"requests", "checks", "thresholds", "errors", "exceptions"} {
		if v, ok := doc[list].([]any); !ok || len(v) != 0 {
			t.Errorf("%s: %v, want []", list, doc[list])
		}
	}
	if g := doc["generator"].(map[string]any); g["cpu_us_per_request"] != nil || g["lag_ms"] != nil || g["stamped_share"] != nil {
		t.Errorf("generator: %v", g)
	}
}

func TestSummaryReportsErrors(t *testing.T) {
	if err := WriteSummary(brokenWriter{}, &Summary{}); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}

func TestMillis(t *testing.T) {
	tests := map[time.Duration]string{
		0: "0", 499: "0", 500: "0.001", 1499: "0.001", 12345678: "12.346", time.Hour: "3600000", -1500 * time.Microsecond: "-1.5",
	}
	for d, want := range tests {
		b, err := json.Marshal(Millis(d))
		if got := strings.TrimSpace(string(b)); got != want || err != nil {
			t.Errorf("%d ns: %s, %v, want %s", d, got, err, want)
		}
		var back Millis
		if err := json.Unmarshal(b, &back); err != nil || time.Duration(back) != d.Round(time.Microsecond) {
			t.Errorf("%s is read as %v, %v", b, time.Duration(back), err)
		}
	}
}
