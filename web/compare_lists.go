package web

import (
	"cmp"
	"fmt"
	"slices"

	"katydid/stats"
)

// comparedThreshold is a threshold of both runs; nil for a run that does not have it.
type comparedThreshold struct {
	Metric, Threshold string
	A, B              *stats.SummaryThreshold
}

func compareThresholds(a, b *stats.Summary) (list []comparedThreshold) {
	for i := range a.Thresholds {
		t := &a.Thresholds[i]
		list = append(list, comparedThreshold{t.Metric, t.Threshold, t, nil})
	}
	for i := range b.Thresholds {
		t := &b.Thresholds[i]
		at := slices.IndexFunc(list, func(l comparedThreshold) bool {
			return l.B == nil && l.Metric == t.Metric && l.Threshold == t.Threshold
		})
		if at < 0 {
			at = len(list)
			list = append(list, comparedThreshold{Metric: t.Metric, Threshold: t.Threshold})
		}
		list[at].B = t
	}
	return list
}

// comparedCount is how often something happened in both runs, and of how many times it might have.
type comparedCount struct {
	Method, Name, Text string
	A, B               int64
	Of                 [2]int64
	Change, Class      string
}

// compareChecks compares how often checks failed. Only those are listed that failed in one of the runs.
func compareChecks(a, b *stats.Summary) []comparedCount {
	found := map[string]*comparedCount{}
	for i, s := range []*stats.Summary{a, b} {
		for _, c := range s.Checks {
			count := found[c.Path]
			if count == nil {
				count = &comparedCount{Text: c.Path}
				found[c.Path] = count
			}
			count.set(i, c.Fails)
			count.Of[i] = c.Fails + c.Passes
		}
	}
	return sortedCounts(found)
}

// compareErrors compares how often requests failed for each reason. The share is that of the requests of the name.
func compareErrors(a, b *stats.Summary) []comparedCount {
	type reason struct {
		stats.Key
		text string
	}
	found := map[reason]*comparedCount{}
	for i, s := range []*stats.Summary{a, b} {
		for _, e := range s.Errors {
			k := reason{stats.Key{Method: e.Method, Name: e.Name}, e.Error}
			if found[k] == nil {
				found[k] = &comparedCount{Method: e.Method, Name: e.Name, Text: e.Error, Of: [2]int64{requestsOf(a, k.Key), requestsOf(b, k.Key)}}
			}
			found[k].set(i, e.Count)
		}
	}
	return sortedCounts(found)
}

// requestsOf is how many requests a name has.
func requestsOf(s *stats.Summary, k stats.Key) int64 {
	i := slices.IndexFunc(s.Requests, func(r stats.SummaryRequest) bool { return r.Method == k.Method && r.Name == k.Name })
	if i < 0 {
		return 0
	}
	return s.Requests[i].Count
}

func (c *comparedCount) set(run int, n int64) {
	if run == 0 {
		c.A = n
	} else {
		c.B = n
	}
}

// sortedCounts has what differs most first, and judges the difference as compareFailed does. What never happened is left out.
func sortedCounts[K comparable](found map[K]*comparedCount) (list []comparedCount) {
	for _, c := range found {
		if c.A == 0 && c.B == 0 {
			continue
		}
		cell := compareFailed(&stats.SummaryFigures{Count: c.Of[0], Failures: c.A}, &stats.SummaryFigures{Count: c.Of[1], Failures: c.B})
		c.Change, c.Class = cell.Change, cell.Class
		if c.Of[0] == 0 || c.Of[1] == 0 { // one of the runs has no such name
			c.Change, c.Class = "", ""
		}
		list = append(list, *c)
	}
	slices.SortFunc(list, func(x, y comparedCount) int {
		return cmp.Or(cmp.Compare(max(y.B-y.A, y.A-y.B), max(x.B-x.A, x.A-x.B)),
			cmp.Compare(x.Name, y.Name), cmp.Compare(x.Method, y.Method), cmp.Compare(x.Text, y.Text))
	})
	return list
}

// comparedText is a line about both runs.
type comparedText struct{ Title, A, B string }

// compareGenerators says how katydid itself fared. Empty if a summary is missing.
func compareGenerators(a, b *stats.Summary) []comparedText {
	if a.Katydid == "" || b.Katydid == "" {
		return nil
	}
	x, y := &a.Generator, &b.Generator
	list := []comparedText{
		{"katydid", a.Katydid, b.Katydid},
		{"processors, at the busiest", percent(x.CPUShareMost), percent(y.CPUShareMost)},
		{"lag, 99 % below", lagOf(x), lagOf(y)},
		{"given to others by the host", percent(x.StealShare), percent(y.StealShare)},
	}
	if x.Planned > 0 || y.Planned > 0 {
		list = append(list, comparedText{"starts planned, omitted", starts(x), starts(y)})
	}
	return list
}

func lagOf(g *stats.SummaryGenerator) string {
	if g.LagMS == nil || g.LagMS.P99 == nil {
		return "n/a"
	}
	return millis(g.LagMS.P99) + " ms"
}

func starts(g *stats.SummaryGenerator) string {
	if g.Planned == 0 {
		return absent
	}
	return fmt.Sprintf("%s, %s", grouped(g.Planned), grouped(g.Omitted))
}

// curve are the percentiles that a summary tells.
func curve(t *stats.SummaryTimes) [][2]float64 {
	list := [][2]float64{}
	for i, v := range []*stats.Millis{t.P50, t.P66, t.P75, t.P80, t.P90, t.P95, t.P98, t.P99, t.P999, t.P9999} {
		if v != nil {
			list = append(list, [2]float64{stats.Quantiles[i], float64(*v) / 1e6})
		}
	}
	return list
}
