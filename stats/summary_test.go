package stats

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func summaryOf(r *Recorder, info RunInfo, at time.Duration) *Summary {
	return NewSummary(info, r.Collect(t0.Add(at), 0))
}

func TestSummary(t *testing.T) {
	r := NewRecorder(t0, Options{})
	r.Record(sampleAt("/a", time.Second, 12345678)) // ns
	failed := sampleAt("/b", 2*time.Second, 2*time.Second)
	failed.Planned = failed.Sent.Add(-time.Millisecond / 2)
	failed.Failure = "HTTPError('<500> & more')"
	r.Record(failed)
	untimed := sampleAt("/c", 2*time.Second, 0)
	untimed.Untimed = true
	r.Record(untimed)
	r.Exception(Exception{Message: "boom", Traceback: "Error: boom\n    at a.js:1:2", At: t0.Add(time.Second)})
	var b bytes.Buffer
	err := WriteSummary(&b, summaryOf(r, RunInfo{
		Version: "0.1.0", Script: "scripts/scene_1.js", Started: t0, UsersMax: 200, Verdict: "VALID", ExitCode: 1,
		GCPauseMax: 123456, CPU: 1500 * time.Millisecond, RSSMaxBytes: 5 << 20, Omitted: 2, Interrupted: 3,
	}, 4*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != wantSummary {
		t.Errorf("got:\n%s\nwant:\n%s", got, wantSummary)
	}
}

const wantSummary = `{
  "katydid": "0.1.0",
  "script": "scripts/scene_1.js",
  "started": "2026-11-22T21:00:00.25Z",
  "elapsed_s": 4,
  "users_max": 200,
  "verdict": "VALID",
  "exit_code": 1,
  "requests": [
    {
      "method": "GET",
      "name": "/a",
      "count": 1,
      "failures": 0,
      "rps": 0.5,
      "bytes": 7,
      "service_ms": {
        "min": 12.346,
        "mean": 12.346,
        "p50": 12.346,
        "p66": 12.346,
        "p75": 12.346,
        "p80": 12.346,
        "p90": 12.346,
        "p95": 12.346,
        "p98": 12.346,
        "p99": 12.346,
        "p99.9": 12.346,
        "p99.99": 12.346,
        "max": 12.346
      },
      "response_ms": null
    },
    {
      "method": "GET",
      "name": "/b",
      "count": 1,
      "failures": 1,
      "rps": 0.5,
      "bytes": 7,
      "service_ms": {
        "min": 2000,
        "mean": 2000,
        "p50": 2000,
        "p66": 2000,
        "p75": 2000,
        "p80": 2000,
        "p90": 2000,
        "p95": 2000,
        "p98": 2000,
        "p99": 2000,
        "p99.9": 2000,
        "p99.99": 2000,
        "max": 2000
      },
      "response_ms": {
        "min": 2000.5,
        "mean": 2000.5,
        "p50": 2000.5,
        "p66": 2000.5,
        "p75": 2000.5,
        "p80": 2000.5,
        "p90": 2000.5,
        "p95": 2000.5,
        "p98": 2000.5,
        "p99": 2000.5,
        "p99.9": 2000.5,
        "p99.99": 2000.5,
        "max": 2000.5
      }
    },
    {
      "method": "GET",
      "name": "/c",
      "count": 1,
      "failures": 0,
      "rps": 0.5,
      "bytes": 7,
      "service_ms": null,
      "response_ms": null
    }
  ],
  "total": {
    "count": 3,
    "failures": 1,
    "rps": 1.5,
    "bytes": 21,
    "service_ms": {
      "min": 12.346,
      "mean": 1006.173,
      "p50": 2000,
      "p66": 2000,
      "p75": 2000,
      "p80": 2000,
      "p90": 2000,
      "p95": 2000,
      "p98": 2000,
      "p99": 2000,
      "p99.9": 2000,
      "p99.99": 2000,
      "max": 2000
    },
    "response_ms": {
      "min": 2000.5,
      "mean": 2000.5,
      "p50": 2000.5,
      "p66": 2000.5,
      "p75": 2000.5,
      "p80": 2000.5,
      "p90": 2000.5,
      "p95": 2000.5,
      "p98": 2000.5,
      "p99": 2000.5,
      "p99.9": 2000.5,
      "p99.99": 2000.5,
      "max": 2000.5
    }
  },
  "generator": {
    "lag_ms": null,
    "gc_pause_max_ms": 0.123,
    "cpu_s": 1.5,
    "cpu_us_per_request": 500000,
    "rss_max_bytes": 5242880,
    "omitted": 2,
    "interrupted": 3
  },
  "checks": [],
  "thresholds": [],
  "errors": [
    {
      "method": "GET",
      "name": "/b",
      "error": "HTTPError('<500> & more')",
      "count": 1,
      "first_seen": "2026-11-22T21:00:02.25Z",
      "last_seen": "2026-11-22T21:00:02.25Z"
    }
  ],
  "exceptions": [
    {
      "message": "boom",
      "traceback": "Error: boom\n    at a.js:1:2",
      "count": 1,
      "first_seen": "2026-11-22T21:00:01.25Z"
    }
  ]
}
`

// A run without a request has no list that is null and no number that is not one.
func TestSummaryOfNothing(t *testing.T) {
	var b bytes.Buffer
	lag := &Times{}
	if err := WriteSummary(&b, summaryOf(NewRecorder(t0, Options{}), RunInfo{Started: t0, Lag: lag}, 0)); err != nil {
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
	if g := doc["generator"].(map[string]any); g["cpu_us_per_request"] != nil || g["lag_ms"] != nil {
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
	}
}
