package output

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"katydid/metrics"
)

var at = time.Date(2026, 3, 1, 12, 0, 7, 123456789, time.UTC)

// target is a file in memory.
type target struct {
	bytes.Buffer
	closed bool
	fails  error
}

func (w *target) Write(b []byte) (int, error) {
	if w.fails != nil {
		return 0, w.fails
	}
	return w.Buffer.Write(b)
}

func (w *target) Close() error { w.closed = true; return nil }

// open makes an engine whose samples go to an output.
func open(t testing.TB, spec string, w io.WriteCloser, systemTags ...string) (*metrics.Engine, *File) {
	t.Helper()
	s, err := Parse(spec, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	e := metrics.New()
	if err := e.Thresholds([]metrics.ThresholdsOf{
		{Key: "checks{group:::a}", Thresholds: []metrics.Threshold{{Expr: "rate>0.9"}}},
		{Key: "checks", Thresholds: []metrics.Threshold{{Expr: "rate<=1"}}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := e.Validate(); err != nil {
		t.Fatal(err)
	}
	f := New(s, w, Options{SystemTags: systemTags, Demands: e.Demands})
	e.Raw(func(string) bool { return true }, f)
	return e, f
}

func tagged(tags ...metrics.Tag) *metrics.TagSet { return (*metrics.TagSet)(nil).With(tags...) }

// fill adds one sample of each kind.
func fill(e *metrics.Engine) {
	e.Check("::a", "ok<&>é", true, tagged(metrics.Tag{Name: "group", Value: "::a"}, metrics.Tag{Name: "zone", Value: "a\"b\n,\\"}).
		WithMetadata(metrics.Tag{Name: "iter", Value: "0"}, metrics.Tag{Name: "vu", Value: "1"}), at)
	e.Check("", "no", false, tagged(metrics.Tag{Name: "a", Value: "1"}, metrics.Tag{Name: "b", Value: ""}), at)
	e.AddRequest(&metrics.Request{Blocked: 3e6, Waiting: 1234567, Verdict: metrics.Expected}, tagged(metrics.Tag{Name: "status", Value: "200"}), at)
	for _, value := range []float64{1234567.125, 1e-7, 1e21, -0.5, 0} {
		e.Add(e.Builtin.GroupDuration, value, nil, at)
	}
}

// The lines are k6's, but for figures and times: they were compared with its own files.
func TestJSON(t *testing.T) {
	w := &target{}
	e, f := open(t, "json=a.json", w)
	fill(e)
	if err := f.Close(); err != nil || !w.closed {
		t.Fatal(err, w.closed)
	}
	const request = `","type":"Point","data":{"time":"2026-03-01T12:00:07.123456789Z","value":%s,"tags":{"expected_response":"true","status":"200"}}}`
	const plain = `{"metric":"group_duration","type":"Point","data":{"time":"2026-03-01T12:00:07.123456789Z","value":%s,"tags":{}}}`
	want := []string{
		`{"type":"Metric","data":{"name":"checks","type":"rate","contains":"default","thresholds":["rate<=1"],"submetrics":[{"name":"checks{group:::a}","suffix":"group:::a","tags":{"group":"::a"}}]},"metric":"checks"}`,
		`{"metric":"checks","type":"Point","data":{"time":"2026-03-01T12:00:07.123456789Z","value":1,"tags":{"check":"ok<&>é","group":"::a","zone":"a\"b\n,\\"},"metadata":{"iter":"0","vu":"1"}}}`,
		`{"metric":"checks","type":"Point","data":{"time":"2026-03-01T12:00:07.123456789Z","value":0,"tags":{"a":"1","b":"","check":"no"}}}`,
	}
	for _, m := range []string{"http_reqs counter default", "http_req_duration trend time", "http_req_blocked trend time", "http_req_connecting trend time",
		"http_req_tls_handshaking trend time", "http_req_sending trend time", "http_req_waiting trend time", "http_req_receiving trend time",
		"http_req_failed rate default", "group_duration trend time"} {
		part := strings.Fields(m)
		subs := "null"
		if part[0] == "http_req_duration" {
			subs = `[{"name":"http_req_duration{expected_response:true}","suffix":"expected_response:true","tags":{"expected_response":"true"}}]`
		}
		line := fmt.Sprintf(`{"type":"Metric","data":{"name":%q,"type":%q,"contains":%q,"thresholds":[],"submetrics":%s},"metric":%[1]q}`, part[0], part[1], part[2], subs)
		if part[0] == "group_duration" {
			for _, p := range []string{"http_reqs 1", "http_req_duration 1.234567", "http_req_blocked 3", "http_req_connecting 0", "http_req_tls_handshaking 0",
				"http_req_sending 0", "http_req_waiting 1.234567", "http_req_receiving 0", "http_req_failed 0"} {
				name, value, _ := strings.Cut(p, " ")
				want = append(want, `{"metric":"`+name+fmt.Sprintf(request, value))
			}
		}
		want = append(want, line)
	}
	for _, value := range []string{"1234567.125", "1e-7", "1e+21", "-0.5", "0"} {
		want = append(want, fmt.Sprintf(plain, value))
	}
	same(t, w.String(), want)
}

func same(t *testing.T, text string, want []string) {
	t.Helper()
	got := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("line %d is missing: %s", i, want[i])
		case i >= len(want):
			t.Errorf("line %d is too many: %s", i, got[i])
		case got[i] != want[i]:
			t.Errorf("line %d:\n got %s\nwant %s", i, got[i], want[i])
		}
	}
}

func TestCSV(t *testing.T) {
	w := &target{}
	e, f := open(t, "csv=a.csv", w, "check", "vu", "iter", "group", "expected_response", "status")
	fill(e)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"metric_name,timestamp,metric_value,check,expected_response,group,status,extra_tags,metadata",
		`checks,1772366407,1.000000,ok<&>é,,::a,,"zone=a""b`,
		`,\",iter=0&vu=1`,
		"checks,1772366407,0.000000,no,,,,a=1&b=,",
	}
	for _, p := range []string{"http_reqs,1772366407,1.000000", "http_req_duration,1772366407,1.234567", "http_req_blocked,1772366407,3.000000",
		"http_req_connecting,1772366407,0.000000", "http_req_tls_handshaking,1772366407,0.000000", "http_req_sending,1772366407,0.000000",
		"http_req_waiting,1772366407,1.234567", "http_req_receiving,1772366407,0.000000", "http_req_failed,1772366407,0.000000"} {
		want = append(want, p+",,true,,200,,")
	}
	for _, value := range []string{"1234567.125000", "0.000000", "1000000000000000000000.000000", "-0.500000", "0.000000"} {
		want = append(want, "group_duration,1772366407,"+value+",,,,,,")
	}
	same(t, w.String(), want)
}

func TestTimesOfCSV(t *testing.T) {
	for form, want := range map[string]string{
		"unix": "1772366407", "unix_milli": "1772366407123", "unix_micro": "1772366407123456", "unix_nano": "1772366407123456789",
		"rfc3339": "2026-03-01T12:00:07Z", "rfc3339_nano": "2026-03-01T12:00:07.123456789Z",
	} {
		if got := string(newCSV(form, nil).appendTime(nil, at)); got != want {
			t.Errorf("%s: %s, want %s", form, got, want)
		}
	}
}
