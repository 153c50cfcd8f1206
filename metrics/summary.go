package metrics

import (
	"encoding/json"
	"fmt"
	"time"
)

// Summary is all that k6's summaries at the end of a run are made of.
type Summary struct {
	State   *State
	Results []Result      // of Evaluate at the end
	Run     time.Duration // how long the load has lasted

	TrendStats TrendStats
	TimeUnit   TimeUnit
	NoColor    bool // what the options say; whether the text has colours is up to WriteText's caller
	StdoutTTY  bool
	StderrTTY  bool
	SetupData  json.RawMessage // what setup returned; nil if there is no setup, or it returned nothing
}

// TrendStat is one of the figures that a summary gives of a trend.
type TrendStat struct {
	Name       string  // avg, min, med, max, count or p(N), as it was written
	percentile float64 // of p(N)
}

// TrendStats is the figures that a summary gives of each trend, in order.
type TrendStats []TrendStat

// DefaultTrendStats is what k6's summaryTrendStats is by default.
func DefaultTrendStats() TrendStats {
	return TrendStats{{Name: "avg"}, {Name: "min"}, {Name: "med"}, {Name: "max"}, {Name: "p(90)", percentile: 90}, {Name: "p(95)", percentile: 95}}
}

// ParseTrendStats reads k6's option summaryTrendStats.
func ParseTrendStats(names []string) (TrendStats, error) {
	stats := TrendStats{}
	for _, name := range names {
		stat := TrendStat{Name: name}
		switch name {
		case "avg", "min", "med", "max", "count":
		default:
			var ok bool
			if stat.percentile, ok = parsePercentile(name); !ok {
				return nil, fmt.Errorf("summaryTrendStats: %q is none of avg, min, med, max, count, p(0) to p(100)", name)
			}
		}
		stats = append(stats, stat)
	}
	return stats, nil
}

func (t *TrendStat) of(v *Values) float64 {
	switch t.Name {
	case "avg":
		return v.Mean()
	case "min":
		return v.Min
	case "med":
		return v.Percentile(50)
	case "max":
		return v.Max
	case "count":
		return float64(v.Samples)
	}
	return v.Percentile(t.percentile)
}

// TimeUnit is the unit in which a summary gives times: "s", "ms", "us", or "" for what suits each.
type TimeUnit string

// ParseTimeUnit reads k6's option summaryTimeUnit.
func ParseTimeUnit(unit string) (TimeUnit, error) {
	switch unit {
	case "", "s", "ms", "us":
		return TimeUnit(unit), nil
	}
	return "", fmt.Errorf("summaryTimeUnit: %q is none of s, ms, us", unit)
}

// resultsOf is the results of the thresholds on a metric or submetric, in their order.
func (s *Summary) resultsOf(key string) (results []Result) {
	for _, r := range s.Results {
		if r.Key == key {
			results = append(results, r)
		}
	}
	return results
}
