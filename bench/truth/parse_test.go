package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// reading makes a finished call of a tool whose files and output are those given: name in the folder of the run, or
// "stdout" or "stderr", to file in testdata.
func reading(t *testing.T, tool *tool, files map[string]string) *call {
	t.Helper()
	c := &call{tool: tool, dir: t.TempDir()}
	for name, from := range files {
		text, err := os.ReadFile(filepath.Join("testdata", from))
		if err != nil {
			t.Fatal(err)
		}
		switch name {
		case "stdout":
			c.stdout = text
		case "stderr":
			c.stderr = text
		default:
			if err := os.WriteFile(c.file(name), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return c
}

// TestReaders reads what real runs of the tools have left behind.
func TestReaders(t *testing.T) {
	tests := []struct {
		tool     *tool
		files    map[string]string
		requests int64
		service  times
		response times
		planned  int64
		says     string
	}{
		{
			tool: &katydid, files: map[string]string{"summary.json": "katydid.json"}, requests: 2727, planned: -1,
			service: times{5.067, 14.287, 31.727, 59.615, 81.352}, response: noTimes(),
		},
		{
			tool: &wrk, files: map[string]string{"stdout": "wrk.txt"}, requests: 1760, planned: -1,
			service: times{10.613, 31.701, 61.927, 79.779, 83.952}, response: noTimes(),
		},
		{
			tool: &wrk2, files: map[string]string{"stdout": "wrk2.txt"}, requests: 2159, planned: -1,
			service: noTimes(), response: times{499.711, 1155.071, 1588.223, 1618.943, 1617.920},
		},
		{
			tool: &k6, files: map[string]string{"summary.json": "k6.json", "stderr": "k6_stderr.txt"}, requests: 34, planned: 401,
			says:    "dropped_iterations 367; Insufficient VUs",
			service: times{8.671082, 440.7732282, 722.91287218, 724.142290018, 724.278892}, response: noTimes(),
		},
		{
			tool: &locustFast, files: map[string]string{"run_stats.csv": "locust_stats.csv"}, requests: 414, planned: -1,
			service: times{13, 82, 1100, 1100, 1100}, response: noTimes(),
		},
		{ // ten requests were cut off by the end of the run
			tool: &ohaCorrected, files: map[string]string{"stdout": "oha.json"}, requests: 369, planned: -1,
			service: noTimes(), response: times{20.979223, 223.827893, 301.915028, 314.357472, 314.357472},
		},
	}
	for _, test := range tests {
		r, err := test.tool.read(reading(t, test.tool, test.files))
		if err != nil {
			t.Errorf("%s: %v", test.tool.name, err)
			continue
		}
		if r.requests != test.requests || r.failures != 0 || r.planned != test.planned || strings.Join(r.says, "; ") != test.says {
			t.Errorf("%s: %d requests, %d failures, %d planned, says %q", test.tool.name, r.requests, r.failures, r.planned, r.says)
		}
		if !near(r.service, test.service) || !near(r.response, test.response) || r.lag.reported() {
			t.Errorf("%s: service %v, response %v, lag %v; want %v and %v", test.tool.name, r.service, r.response, r.lag, test.service, test.response)
		}
	}
}

// near compares to a nanosecond; two values that are not there are equal.
func near(a, b times) bool {
	return slices.EqualFunc(a[:], b[:], func(x, y float64) bool {
		return math.Abs(x-y) < 1e-6 || math.IsNaN(x) && math.IsNaN(y)
	})
}

// TestOpenSummary: the fields of katydid's summary that only open runs have.
func TestOpenSummary(t *testing.T) {
	c := &call{tool: &katydid, dir: t.TempDir()}
	text := `{"verdict": "INVALID", "verdict_reasons": ["lag"], "total": {"count": 9, "failures": 1, "service_ms": null,
		"response_ms": {"p50": 1, "p90": 2, "p99": 3, "p99.9": null, "max": 5}},
		"generator": {"lag_ms": {"p50": 0.1, "p90": 0.2, "p99": 0.3, "p99.9": 0.4, "max": 0.5}, "planned": 12, "started": 9, "omitted": 3}}`
	if err := os.WriteFile(c.file("summary.json"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := readKatydid(c)
	if err != nil {
		t.Fatal(err)
	}
	if !near(r.response, times{1, 2, 3, math.NaN(), 5}) || !near(r.lag, times{0.1, 0.2, 0.3, 0.4, 0.5}) || r.service.reported() {
		t.Errorf("response %v, lag %v, service %v", r.response, r.lag, r.service)
	}
	if !r.accounted() || r.failures != 1 || strings.Join(r.says, "; ") != "INVALID; lag" {
		t.Errorf("%+v", r)
	}
	if g := overloadGoal(r); !g.reached || g.found != "INVALID; 12 planned, 9 started, 3 omitted" {
		t.Errorf("goal %+v", g)
	}
}

func TestVegeta(t *testing.T) {
	summary, err := os.ReadFile("testdata/vegeta.json")
	if err != nil {
		t.Fatal(err)
	}
	plot, err := os.ReadFile("testdata/vegeta.txt")
	if err != nil {
		t.Fatal(err)
	}
	r, err := parseVegeta(summary, string(plot))
	if err != nil {
		t.Fatal(err)
	}
	want := times{8.272957, 22.505257, 316.255634, r.service[3], 373.129523}
	if r.requests != 400 || r.failures != 0 || !near(r.service, want) || r.service[3] < want[2] || r.service[3] > want[4] {
		t.Errorf("%d requests, %d failures, %v", r.requests, r.failures, r.service)
	}
	table := "Value(ms) Percentile TotalCount 1/(1-Percentile)\n1.0 0.0 0 1\n10.0 0.998 9 500\n20.0 1.0 10 100000\n"
	if got, err := plotQuantile(table, 0.999); err != nil || math.Abs(got-15) > 1e-9 {
		t.Errorf("half way between 10 and 20 is %g, %v", got, err)
	}
	for _, bad := range []string{"", "1.0 0.5 1 2\n", "x 0.0 0 1\n"} {
		if _, err := plotQuantile(bad, 0.999); err == nil {
			t.Errorf("%q has a quantile", bad)
		}
	}
}

// TestReadersRefuse: output that is not as expected is an error, never a figure.
func TestReadersRefuse(t *testing.T) {
	for _, tool := range allTools {
		if tool == &vegeta {
			continue // it is asked for a report first
		}
		c := &call{tool: tool, dir: t.TempDir(), stdout: []byte("command not found\n")}
		if r, err := tool.read(c); err == nil {
			t.Errorf("%s reads nothing as %+v", tool.name, r)
		}
		for _, name := range []string{"summary.json", "run_stats.csv"} {
			if err := os.WriteFile(c.file(name), []byte("\"{"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if r, err := tool.read(c); err == nil {
			t.Errorf("%s reads rubbish as %+v", tool.name, r)
		}
	}
}
