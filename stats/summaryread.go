package stats

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// ReadSummary reads what WriteSummary has written.
func ReadSummary(r io.Reader) (*Summary, error) {
	var s Summary
	if err := json.NewDecoder(r).Decode(&s); err != nil {
		return nil, fmt.Errorf("it is no JSON of a summary: %w", err)
	}
	if s.Katydid == "" {
		return nil, errors.New("it is no summary of a run, or that of one that has not ended")
	}
	return &s, nil
}

// LogSum adds up the intervals of an interval log to a summary. The zero value is empty.
type LogSum struct {
	start, end  time.Time
	rows        map[Key]*logRow
	total, lags logRow
}

// logRow is the sum of histograms; nil for none.
type logRow struct{ service, response *hdrhistogram.PackedHistogram }

// Reset forgets what was before.
func (l *LogSum) Reset(at time.Time) { *l = LogSum{start: at} }

// Add adds an interval.
func (l *LogSum) Add(iv *Interval) {
	if l.start.IsZero() {
		l.start, l.end = iv.Start, iv.Start
	}
	l.end = iv.End
	if l.rows == nil {
		l.rows = map[Key]*logRow{}
	}
	l.total.add(iv.Total, iv.Response)
	l.lags.add(iv.Lag, nil)
	for _, r := range iv.Rows {
		if l.rows[r.Key] == nil {
			l.rows[r.Key] = &logRow{}
		}
		l.rows[r.Key].add(r.Times, r.Response)
	}
}

func (r *logRow) add(service, response *hdrhistogram.PackedHistogram) {
	for to, h := range map[**hdrhistogram.PackedHistogram]*hdrhistogram.PackedHistogram{&r.service: service, &r.response: response} {
		if h == nil {
			continue
		}
		if *to == nil {
			*to = newHistogram(totalDigits)
		}
		(*to).Merge(h)
	}
}

// Summary is what the log tells: requests that were timed, their rates over the whole of it, and their times. It has no
// verdict, no failures, and nothing of the generator but its lag.
func (l *LogSum) Summary(started time.Time) *Summary {
	sum := &Summary{
		Started: started.UTC(), ElapsedS: round3(l.end.Sub(started).Seconds()),
		Reasons: []string{}, Requests: []SummaryRequest{}, Checks: []SummaryCheck{}, Thresholds: []SummaryThreshold{},
		Errors: []SummaryError{}, Exceptions: []SummaryException{},
	}
	seconds := l.end.Sub(l.start).Seconds()
	sum.Total = l.total.figures(seconds)
	sum.Total.LagMS = histogramTimes(l.lags.service)
	sum.Generator.LagMS = sum.Total.LagMS
	keys := slices.SortedFunc(maps.Keys(l.rows), func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Method, b.Method))
	})
	for _, k := range keys {
		sum.Requests = append(sum.Requests, SummaryRequest{k.Method, k.Name, l.rows[k].figures(seconds)})
	}
	return sum
}

func (r *logRow) figures(seconds float64) SummaryFigures {
	f := SummaryFigures{ServiceMS: histogramTimes(r.service), ResponseMS: histogramTimes(r.response)}
	if r.service != nil {
		f.Count = r.service.TotalCount()
	}
	if seconds > 0 {
		f.RPS = round3(float64(f.Count) / seconds)
	}
	return f
}

// histogramTimes summarises a histogram of microseconds: within its resolution, the mean and the extremes as well.
func histogramTimes(h *hdrhistogram.PackedHistogram) *SummaryTimes {
	if h == nil || h.TotalCount() == 0 {
		return nil
	}
	n := h.TotalCount()
	d := durations{tally{
		n: n, min: time.Duration(h.Min()) * time.Microsecond, max: time.Duration(h.Max()) * time.Microsecond,
		sum: time.Duration(h.Mean() * float64(n) * float64(time.Microsecond)),
	}, h}
	t := d.times()
	return summaryTimes(&t)
}
