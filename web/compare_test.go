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
