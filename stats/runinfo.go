package stats

import (
	"encoding/json"
	"math"
	"time"
)

// RunInfo is what a summary says about a run besides its statistics. The fields are those of Summary and
// SummaryGenerator.
type RunInfo struct {
	Version  string
	Script   string
	Started  time.Time
	UsersMax int
	Verdict  string // "" if the run was not judged
	ExitCode int

	Lag         *Times // nil if not measured
	GCPauseMax  time.Duration
	CPU         time.Duration
	RSSMaxBytes int64
	Omitted     int64
	Interrupted int64
}

// NewSummary describes a run by its last snapshot.
func NewSummary(info RunInfo, s *Snapshot) *Summary {
	sum := &Summary{
		Katydid:    info.Version,
		Script:     info.Script,
		Started:    info.Started.UTC(),
		ElapsedS:   round3(s.At.Sub(info.Started).Seconds()),
		UsersMax:   info.UsersMax,
		Verdict:    orNull(info.Verdict),
		ExitCode:   info.ExitCode,
		Requests:   make([]SummaryRequest, 0, len(s.Rows)),
		Total:      summaryFigures(s, &s.Total),
		Generator:  summaryGenerator(info, s.Total.Count),
		Checks:     []json.RawMessage{},
		Thresholds: []json.RawMessage{},
		Errors:     make([]SummaryError, 0, len(s.Failures)),
		Exceptions: make([]SummaryException, 0, len(s.Exceptions)),
	}
	for i := range s.Rows {
		r := &s.Rows[i]
		sum.Requests = append(sum.Requests, SummaryRequest{r.Method, r.Name, summaryFigures(s, r)})
	}
	for _, f := range s.Failures {
		sum.Errors = append(sum.Errors, SummaryError{f.Method, f.Name, f.Text, f.Count, f.First.UTC(), f.Last.UTC()})
	}
	for _, e := range s.Exceptions {
		sum.Exceptions = append(sum.Exceptions, SummaryException{e.Message, e.Traceback, e.Count, e.At.UTC()})
	}
	return sum
}

// orNull is how JSON shows a text that may be missing.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func summaryFigures(s *Snapshot, r *Row) SummaryFigures {
	return SummaryFigures{
		Count:      r.Count,
		Failures:   r.Failures,
		RPS:        round3(s.RPS(r)),
		Bytes:      r.Bytes,
		ServiceMS:  summaryTimes(&r.Service),
		ResponseMS: summaryTimes(&r.Response),
	}
}

func summaryTimes(t *Times) *SummaryTimes {
	if t.Count == 0 {
		return nil
	}
	q := func(i int) Millis { return Millis(t.Quantile[i]) }
	return &SummaryTimes{
		Min: Millis(t.Min), Mean: Millis(t.Mean()),
		P50: q(0), P66: q(1), P75: q(2), P80: q(3), P90: q(4), P95: q(5), P98: q(6), P99: q(7), P999: q(8), P9999: q(9),
		Max: Millis(t.Max),
	}
}

func summaryGenerator(info RunInfo, requests int64) SummaryGenerator {
	g := SummaryGenerator{
		GCPauseMaxMS: Millis(info.GCPauseMax),
		CPUSeconds:   round3(info.CPU.Seconds()),
		RSSMaxBytes:  info.RSSMaxBytes,
		Omitted:      info.Omitted,
		Interrupted:  info.Interrupted,
	}
	if info.Lag != nil {
		g.LagMS = summaryTimes(info.Lag)
	}
	if requests > 0 {
		us := round3(float64(info.CPU.Nanoseconds()) / 1000 / float64(requests))
		g.CPUUSPerRequest = &us
	}
	return g
}

func round3(f float64) float64 { return math.Round(f*1000) / 1000 }
