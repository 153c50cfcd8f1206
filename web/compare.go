package web

import (
	"cmp"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"

	"katydid/stats"
)

// compared are the percentiles of a comparison.
var compared = []struct {
	title, name string
	of          func(*stats.SummaryTimes) *stats.Millis
}{
	{"50%", "p50", func(t *stats.SummaryTimes) *stats.Millis { return t.P50 }},
	{"90%", "p90", func(t *stats.SummaryTimes) *stats.Millis { return t.P90 }},
	{"95%", "p95", func(t *stats.SummaryTimes) *stats.Millis { return t.P95 }},
	{"99%", "p99", func(t *stats.SummaryTimes) *stats.Millis { return t.P99 }},
	{"99.9%", "p99.9", func(t *stats.SummaryTimes) *stats.Millis { return t.P999 }},
}

// absent stands for the figures of a name that a run does not have.
const absent = "–"

// comparedRow is a name in both runs, or in one of them.
type comparedRow struct {
	Method, Name string
	All          bool
	Index        [2]int // of the row in each run's Summary.Requests; -1 for none
	Cells        []comparedCell
}

// comparedCell is one figure of both. Class is better, worse, same, or none if nothing can be said.
type comparedCell struct{ A, B, Change, Class string }

type letteredRun struct {
	Letter string
	*stats.Summary
}

// comparison is what the page of two runs is made of.
type comparison struct {
	document
	Runs       []letteredRun
	Kind       string
	Columns    []string
	Rows       []comparedRow
	Thresholds []comparedThreshold
	Checks     []comparedCount
	Errors     []comparedCount
	Generators []comparedText
	Data       template.HTML // see packJSON: two of comparedData
}

// comparedData is what the page's script gets of a run.
type comparedData struct {
	*reportData
	Curve [][2]float64 `json:"curve"` // percentiles of all requests in the summary: fraction and milliseconds
}

// WriteComparison writes what differs between two runs as one HTML file.
func WriteComparison(w io.Writer, a, b *Run) error {
	x, y := a.Summary, b.Summary
	service := x.Total.ResponseMS == nil || y.Total.ResponseMS == nil
	page := comparison{
		document: newDocument("katydid: two runs"), Runs: []letteredRun{{"A", x}, {"B", y}},
		Kind: "Service times", Columns: []string{"Requests/s", "Failed"}, Rows: compareRows(x, y, service),
		Thresholds: compareThresholds(x, y), Checks: compareChecks(x, y), Errors: compareErrors(x, y), Generators: compareGenerators(x, y),
	}
	leaveOut(page.Rows, a, b)
	if !service {
		page.Kind = "Response times, from the planned start on,"
	}
	for _, q := range compared {
		page.Columns = append(page.Columns, q.title)
	}
	data := make([]comparedData, 0, 2)
	for _, r := range []*Run{a, b} {
		data = append(data, comparedData{dataOf(r), curve(timesOf(&r.Summary.Total, service))})
	}
	var err error
	if page.Data, err = packJSON(data); err != nil {
		return err
	}
	t, err := templates.Clone()
	if err != nil {
		return err
	}
	t.Funcs(template.FuncMap{"clean": func(text string) string { return a.clean(b.clean(text)) }})
	return t.ExecuteTemplate(w, "compare", &page)
}

// Strip are the figures of all requests that the page begins with.
func (c *comparison) Strip() []comparedFigure {
	all := c.Rows[0].Cells
	return []comparedFigure{
		{"rate", "requests/s", all[0]}, {"failed", "failed", all[1]},
		{"p50", "50 % below, ms", all[2]}, {"p95", "95 % below, ms", all[4]}, {"p99", "99 % below, ms", all[5]},
	}
}

// comparedFigure is one of them; Key is what the page's script knows it by.
type comparedFigure struct {
	Key, Title string
	Cell       comparedCell
}

func compareRows(a, b *stats.Summary, service bool) []comparedRow {
	var keys []stats.Key
	found := map[stats.Key]*[2]int{}
	for i, s := range []*stats.Summary{a, b} {
		for n := range s.Requests {
			k := stats.Key{Method: s.Requests[n].Method, Name: s.Requests[n].Name}
			if found[k] == nil {
				found[k] = &[2]int{-1, -1}
				keys = append(keys, k)
			}
			found[k][i] = n
		}
	}
	slices.SortFunc(keys, func(x, y stats.Key) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Method, y.Method))
	})
	rows := []comparedRow{{Name: "All", All: true, Index: [2]int{-1, -1}, Cells: compareFigures(&a.Total, &b.Total, service)}}
	for _, k := range keys {
		at := *found[k]
		cells := compareFigures(requestFigures(a, at[0]), requestFigures(b, at[1]), service)
		rows = append(rows, comparedRow{Method: k.Method, Name: k.Name, Index: at, Cells: cells})
	}
	return rows
}

// leaveOut takes out the shares of failures that a run does not know.
func leaveOut(rows []comparedRow, a, b *Run) {
	for i := range rows {
		row, cell := &rows[i], &rows[i].Cells[1]
		known := func(r *Run) bool { return r.Summary.Katydid != "" || row.All && r.Failed }
		if !known(a) {
			*cell = comparedCell{A: absent, B: cell.B}
		}
		if !known(b) {
			*cell = comparedCell{A: cell.A, B: absent}
		}
	}
}

func requestFigures(s *stats.Summary, i int) *stats.SummaryFigures {
	if i < 0 {
		return nil
	}
	return &s.Requests[i].SummaryFigures
}

// compareFigures compares two rows; nil is one that is not there.
func compareFigures(a, b *stats.SummaryFigures, service bool) []comparedCell {
	missing := stats.SummaryFigures{} // has no times
	cells := make([]comparedCell, 2, 2+len(compared))
	if a == nil || b == nil {
		cells[0] = comparedCell{A: rateOf(a), B: rateOf(b)}
		cells[1] = comparedCell{A: failedOf(a), B: failedOf(b)}
	} else {
		cells[0] = comparedCell{A: rateOf(a), B: rateOf(b), Change: change(a.RPS, b.RPS)}
		cells[1] = compareFailed(a, b)
	}
	ta, tb := timesOf(cmp.Or(a, &missing), service), timesOf(cmp.Or(b, &missing), service)
	for _, q := range compared {
		x, y := q.of(ta), q.of(tb)
		cell := comparedCell{A: millis(x), B: millis(y)}
		if a == nil {
			cell.A = absent
		}
		if b == nil {
			cell.B = absent
		}
		if x != nil && y != nil {
			cell.Change = change(float64(*x), float64(*y))
			cell.Class = judge(ta.CI95[q.name], tb.CI95[q.name])
			if cell.Class == "same" {
				cell.Change = "≈ " + cell.Change
			}
		}
		cells = append(cells, cell)
	}
	return cells
}

func timesOf(f *stats.SummaryFigures, service bool) *stats.SummaryTimes {
	if !service {
		return figuresTimes(*f)
	}
	return figuresTimes(stats.SummaryFigures{ServiceMS: f.ServiceMS})
}

func rateOf(f *stats.SummaryFigures) string {
	if f == nil {
		return absent
	}
	return decimal(f.RPS)
}

func failedOf(f *stats.SummaryFigures) string {
	if f == nil {
		return absent
	}
	return percent(failedShare(f))
}

func failedShare(f *stats.SummaryFigures) float64 {
	return float64(f.Failures) / float64(max(f.Count, 1))
}

// compareFailed compares the shares of failures by the normal approximation of the difference of two shares, which is
// a matter of chance within 1.96 standard deviations (95 %).
func compareFailed(a, b *stats.SummaryFigures) comparedCell {
	x, y := failedShare(a), failedShare(b)
	cell := comparedCell{A: percent(x), B: percent(y)}
	n, m := float64(max(a.Count, 1)), float64(max(b.Count, 1))
	pooled := float64(a.Failures+b.Failures) / (n + m)
	off := 1.96 * math.Sqrt(pooled*(1-pooled)*(1/n+1/m))
	if x == y {
		return cell
	}
	cell.Change = fmt.Sprintf("%+.2f points", 100*(y-x))
	switch {
	case math.Abs(y-x) <= off:
		cell.Class, cell.Change = "same", "≈ "+cell.Change
	case y > x:
		cell.Class = "worse"
	default:
		cell.Class = "better"
	}
	return cell
}

// change is the difference in percent of what was, or the factor if it is so large that percents would say nothing.
func change(a, b float64) string {
	if a == 0 {
		return ""
	}
	switch {
	case b >= 10*a:
		return "× " + decimal(b/a)
	case b > 0 && a >= 10*b:
		return "÷ " + decimal(a/b)
	}
	return fmt.Sprintf("%+.1f %%", 100*(b-a)/a)
}

// judge compares confidence intervals: times are worse or better if they do not overlap.
func judge(a, b [2]stats.Millis) string {
	switch {
	case b[0] > a[1]:
		return "worse"
	case b[1] < a[0]:
		return "better"
	}
	return "same"
}
