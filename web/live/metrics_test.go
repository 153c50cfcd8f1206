package live

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"katydid/stats"
)

// metricLines are the lines of the text form, without comments.
func metricLines(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func running(t *testing.T) (*fakeTest, *Server) {
	t.Helper()
	f := newFake()
	s := started(t, f, Options{})
	f.frame.Verdict, f.frame.CPU, f.frame.Open, f.frame.Rate = stats.Suspect, 0.25, true, 50
	f.frame.Planned, f.frame.Started, f.frame.Omitted, f.frame.Dropped = 100, 97, 3, 2
	f.frame.Checks = []stats.SummaryCheck{{Name: "is ok", Path: "::is ok", Passes: 5, Fails: 1}}
	f.frame.Thresholds = []stats.SummaryThreshold{{Metric: "http_req_duration", Threshold: "p(95)<500", OK: true, Value: math.NaN()}}
	four := 4
	if err := f.Start(Form{Users: &four}); err != nil {
		t.Fatal(err)
	}
	f.someSeconds(3)
	return f, s
}

func TestMetricsText(t *testing.T) {
	_, s := running(t)
	got := get(t, s, "/metrics", "Accept-Encoding: identity")
	if !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Error(got.header)
	}
	lines := metricLines(got.body)
	for _, want := range []string{
		`katydid_state{state="running"} 1`, `katydid_state{state="ready"} 0`, `katydid_verdict{verdict="SUSPECT"} 1`, `katydid_verdict{verdict="VALID"} 0`,
		`katydid_users 4`, `katydid_users_target 4`, `katydid_elapsed_seconds 3`,
		`katydid_requests_total{method="GET",name="/ok"} 15`, `katydid_request_failures_total{method="GET",name="/404"} 3`,
		`katydid_request_failures_total{method="GET",name="/ok"} 0`, `katydid_response_bytes_total{method="GET",name="/ok"} 180`,
		`katydid_service_time_seconds_bucket{method="GET",name="/ok",le="0.0025"} 0`, `katydid_service_time_seconds_bucket{method="GET",name="/ok",le="0.005"} 15`,
		`katydid_service_time_seconds_bucket{method="GET",name="/slow",le="0.25"} 0`, `katydid_service_time_seconds_bucket{method="GET",name="/slow",le="+Inf"} 3`,
		`katydid_service_time_seconds_count{method="GET",name="/slow"} 3`, `katydid_service_time_seconds_sum{method="GET",name="/ok"} 0.045`,
		`katydid_exceptions_total 3`, `katydid_starts_planned_total 100`, `katydid_starts_made_total 97`, `katydid_starts_omitted_total 3`,
		`katydid_starts_planned_per_second 50`, `katydid_iterations_dropped_total 2`, `katydid_generator_cpu_ratio 0.25`, `katydid_generator_stamped_ratio 1`,
		`katydid_checks_total{check="::is ok",result="pass"} 5`, `katydid_checks_total{check="::is ok",result="fail"} 1`,
		`katydid_threshold_ok{metric="http_req_duration",threshold="p(95)<500"} 1`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("there is no %s in\n%s", want, got.body)
		}
	}
	if !strings.Contains(got.body, `katydid_build_info{goversion="go1.`) {
		t.Error("build_info is missing")
	}
	if open := get(t, s, "/metrics", "Accept: application/openmetrics-text; version=1.0.0"); !strings.HasSuffix(open.body, "# EOF\n") {
		t.Errorf("OpenMetrics: %v", open.header)
	}
}

// Prometheus asks for protobuf if it wants native histograms. A percentile of theirs is within a bucket of the true one.
func TestMetricsProtobuf(t *testing.T) {
	_, s := running(t)
	got := get(t, s, "/metrics", "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", "Accept-Encoding: identity")
	d := expfmt.NewDecoder(bytes.NewReader([]byte(got.body)), expfmt.NewFormat(expfmt.TypeProtoDelim))
	found := 0
	for {
		var family dto.MetricFamily
		if err := d.Decode(&family); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if family.GetName() != "katydid_service_time_seconds" {
			continue
		}
		for _, m := range family.Metric {
			found++
			h := m.GetHistogram()
			ms := map[string]float64{"/ok": 3, "/slow": 260, "/404": 2}[m.Label[1].GetValue()]
			if len(h.Bucket) < len(upperBounds) || h.GetSchema() != schema || len(h.PositiveSpan) != 1 || len(h.PositiveDelta) != 1 || h.PositiveDelta[0] != int64(h.GetSampleCount()) {
				t.Errorf("%v", m)
				continue
			}
			upper := 1000 * math.Exp2(float64(h.PositiveSpan[0].GetOffset())/(1<<schema))
			if ms > upper || ms <= upper/math.Exp2(1.0/(1<<schema)) {
				t.Errorf("%g ms are in the bucket up to %g", ms, upper)
			}
		}
	}
	if found != 3 {
		t.Errorf("%d histograms", found)
	}
}

// What was taken out of names may make two of them equal; a scrape must not fail for it, nor for what is no text.
func TestMetricsOfOddNames(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{Redact: strings.NewReplacer("s1", "***", "s2", "***").Replace})
	if err := f.Start(Form{}); err != nil {
		t.Fatal(err)
	}
	f.request("/s1", 1, "")
	f.request("/s2", 1, "")
	f.request("/\xff\"\n", 1, "")
	f.second()
	got := get(t, s, "/metrics")
	if got.status != 200 || strings.Count(got.body, `katydid_requests_total{method="GET",name="/***"} 1`) != 1 ||
		!strings.Contains(got.body, "name=\"/\ufffd\\\"\\n\"") || strings.Contains(got.body, "An error has occurred") {
		t.Error(got)
	}
}

// The sum of a histogram never shrinks from one scrape to the next: a counter that does has begun anew.
func TestSumsOnlyGrow(t *testing.T) {
	f := newFake()
	started(t, f, Options{})
	if err := f.Start(Form{}); err != nil {
		t.Fatal(err)
	}
	last := 0.0
	for i := range 500 {
		f.request("/", 0.001+float64(i%7), "")
		f.second()
		var b *buckets
		f.rec.Histograms(func(_ stats.Key, service, _ *hdrhistogram.PackedHistogram) { b = bucketsFor(service) })
		if b.sum < last || b.count != uint64(i+1) || b.classic[60] != b.count {
			t.Fatalf("%+v after %g", b, last)
		}
		last = b.sum
	}
	exact := 0.0
	for i := range 500 {
		exact += (0.001 + float64(i%7)) / 1000
	}
	if math.Abs(last-exact) > 0.002*exact {
		t.Errorf("%g, want %g", last, exact)
	}
}

// Every figure is described in docs/metrics.md, and no other.
func TestMetricsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	f, s := running(t)
	f.mu.Lock()
	at := f.now
	f.rec.Record(stats.Sample{Key: stats.Key{Method: "GET", Name: "/planned"}, Planned: at.Add(-20 * time.Millisecond), Sent: at.Add(-10 * time.Millisecond), Done: at,
		StartLag: time.Millisecond, WakeLag: time.Millisecond, Stamped: true})
	f.mu.Unlock()
	f.second()
	shown, documented := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllStringSubmatch(get(t, s, "/metrics", "Accept-Encoding: identity").body, -1) {
		shown[m[1]] = true
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `(katydid_[a-z_]+)").FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = true
	}
	if a, b := fmt.Sprint(shown), fmt.Sprint(documented); a != b || len(shown) < 20 {
		t.Errorf("shown:\n%s\ndocumented:\n%s", a, b)
	}
}
