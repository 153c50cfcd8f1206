package web

import (
	"bytes"
	"slices"
	"testing"

	"katydid/stats"
)

func figures(count, failures int64, rps float64, p50, low, high int64) stats.SummaryFigures {
	const ms = 1_000_000
	q := stats.Millis(p50 * ms)
	return stats.SummaryFigures{Count: count, Failures: failures, RPS: rps, ServiceMS: &stats.SummaryTimes{
		P50: &q, CI95: map[string][2]stats.Millis{"p50": {stats.Millis(low * ms), stats.Millis(high * ms)}},
	}}
}

func TestCompareRows(t *testing.T) {
	a := &stats.Summary{Total: figures(100, 0, 10, 100, 90, 110), Requests: []stats.SummaryRequest{
		{Method: "GET", Name: "/gone", SummaryFigures: figures(10, 1, 1, 5, 4, 6)},
		{Method: "GET", Name: "/slower", SummaryFigures: figures(1000, 10, 50, 100, 90, 110)},
	}}
	b := &stats.Summary{Total: figures(100, 0, 12.5, 104, 94, 114), Requests: []stats.SummaryRequest{
		{Method: "GET", Name: "/new", SummaryFigures: figures(10, 0, 1, 5, 4, 6)},
		{Method: "GET", Name: "/slower", SummaryFigures: figures(1000, 100, 50, 150, 140, 160)},
	}}
	rows := compareRows(a, b, true)
	var names []string
	for _, r := range rows {
		names = append(names, r.Name)
	}
	if !slices.Equal(names, []string{"All", "/gone", "/new", "/slower"}) {
		t.Fatalf("rows %q", names)
	}
	na := comparedCell{A: "n/a", B: "n/a"}
	for i, want := range [][]comparedCell{
		{{"10.0", "12.5", "+25.0 %", ""}, {"0.0 %", "0.0 %", "", ""}, {"100", "104", "≈ +4.0 %", "same"}, na, na, na, na},
		{{"1.00", "–", "", ""}, {"10.0 %", "–", "", ""}, {"5.00", "–", "", ""}, {"n/a", "–", "", ""}, {"n/a", "–", "", ""}, {"n/a", "–", "", ""}, {"n/a", "–", "", ""}},
		{{"–", "1.00", "", ""}, {"–", "0.0 %", "", ""}, {"–", "5.00", "", ""}, {"–", "n/a", "", ""}, {"–", "n/a", "", ""}, {"–", "n/a", "", ""}, {"–", "n/a", "", ""}},
		{{"50.0", "50.0", "+0.0 %", ""}, {"1.0 %", "10.0 %", "+9.00 points", "worse"}, {"100", "150", "+50.0 %", "worse"}, na, na, na, na},
	} {
		if !slices.Equal(rows[i].Cells, want) {
			t.Errorf("%s:\n got %q\nwant %q", names[i], rows[i].Cells, want)
		}
	}
	if back := compareRows(b, a, true)[3].Cells; back[1].Class != "better" || back[2].Class != "better" {
		t.Errorf("the other way round: %q", back)
	}
}

func TestChange(t *testing.T) {
	for _, tt := range []struct {
		a, b float64
		want string
	}{{0, 5, ""}, {4, 5, "+25.0 %"}, {5, 4, "-20.0 %"}, {1, 9.9, "+890.0 %"}, {0.5, 3500, "× 7,000"}, {100, 10, "÷ 10.0"}, {5, 0, "-100.0 %"}} {
		if got := change(tt.a, tt.b); got != tt.want {
			t.Errorf("from %v to %v is %q, want %q", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestCompareLists(t *testing.T) {
	request := func(name string, n int64) stats.SummaryRequest {
		return stats.SummaryRequest{Method: "GET", Name: name, SummaryFigures: stats.SummaryFigures{Count: n}}
	}
	failed := func(name, text string, n int64) stats.SummaryError {
		return stats.SummaryError{Method: "GET", Name: name, Error: text, Count: n}
	}
	p95, rate := stats.SummaryThreshold{Metric: "x", Threshold: "p(95)<9", OK: true, Value: 8}, stats.SummaryThreshold{Metric: "y", Threshold: "rate<1", Value: 2}
	slower := p95
	slower.OK, slower.Value = false, 10
	a := &stats.Summary{
		Requests: []stats.SummaryRequest{request("/", 1000), request("/gone", 10)}, Thresholds: []stats.SummaryThreshold{p95},
		Errors: []stats.SummaryError{failed("/", "500", 10), failed("/", "timeout", 5), failed("/gone", "404", 10)},
		Checks: []stats.SummaryCheck{{Path: "::ok", Passes: 9}, {Path: "::is 200", Passes: 985, Fails: 15}},
	}
	b := &stats.Summary{
		Requests: []stats.SummaryRequest{request("/", 1000)}, Thresholds: []stats.SummaryThreshold{rate, slower},
		Errors: []stats.SummaryError{failed("/", "500", 110), failed("/", "refused", 6)},
		Checks: []stats.SummaryCheck{{Path: "::is 200", Passes: 980, Fails: 20}},
	}
	thresholds := compareThresholds(a, b)
	if len(thresholds) != 2 || *thresholds[0].A != p95 || *thresholds[0].B != slower || thresholds[1].A != nil || *thresholds[1].B != rate {
		t.Errorf("thresholds %+v", thresholds)
	}
	wantErrors := []comparedCount{
		{"GET", "/", "500", 10, 110, [2]int64{1000, 1000}, "+10.00 points", "worse"},
		{"GET", "/gone", "404", 10, 0, [2]int64{10, 0}, "", ""},
		{"GET", "/", "refused", 0, 6, [2]int64{1000, 1000}, "+0.60 points", "worse"},
		{"GET", "/", "timeout", 5, 0, [2]int64{1000, 1000}, "-0.50 points", "better"},
	}
	if got := compareErrors(a, b); !slices.Equal(got, wantErrors) {
		t.Errorf("errors\n%+v, want\n%+v", got, wantErrors)
	}
	wantChecks := []comparedCount{{"", "", "::is 200", 15, 20, [2]int64{1000, 1000}, "≈ +0.50 points", "same"}}
	if got := compareChecks(a, b); !slices.Equal(got, wantChecks) {
		t.Errorf("checks %+v, want %+v", got, wantChecks)
	}
}

func TestComparisonPage(t *testing.T) {
	a, b := simulated(20, 3, 30), simulated(20, 4, 40)
	var page bytes.Buffer
	if err := WriteComparison(&page, a, b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A: scripts/shop.js", "B: scripts/shop.js", "/endpoint/3/[id]"} {
		if !bytes.Contains(page.Bytes(), []byte(want)) {
			t.Errorf("the page has no %q", want)
		}
	}
}
