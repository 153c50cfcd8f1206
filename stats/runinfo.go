package stats

import (
	"math"
	"strconv"
	"time"
)

// RunInfo is what a summary says about a run besides its statistics. The fields are those of Summary and
// SummaryGenerator.
type RunInfo struct {
	Version  string
	Script   string
	Profile  string // a label; "" for none
	Started  time.Time
	UsersMax int
	ExitCode int

	Health       Health
	RSSMaxBytes  int64
	CPU          time.Duration
	OpenFilesMax int64 // 0 if there is no limit, or none that is known

	Checks     []SummaryCheck
	Thresholds []SummaryThreshold
}

// NewSummary describes a run by its last snapshot.
func NewSummary(info RunInfo, s *Snapshot) *Summary {
	sum := &Summary{
		Katydid:    info.Version,
		Script:     info.Script,
		Profile:    info.Profile,
		Started:    info.Started.UTC(),
		ElapsedS:   round3(s.At.Sub(info.Started).Seconds()),
		UsersMax:   info.UsersMax,
		ExitCode:   info.ExitCode,
		Requests:   make([]SummaryRequest, 0, len(s.Rows)),
		Total:      summaryFigures(s, &s.Total),
		Generator:  summaryGenerator(info, s),
		Checks:     append([]SummaryCheck{}, info.Checks...),
		Thresholds: append([]SummaryThreshold{}, info.Thresholds...),
		Errors:     make([]SummaryError, 0, len(s.Failures)),
		Exceptions: make([]SummaryException, 0, len(s.Exceptions)),
	}
	sum.Verdict, sum.Reasons = Judge(&info.Health, s)
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

func summaryFigures(s *Snapshot, r *Row) SummaryFigures {
	return SummaryFigures{
		Count:      r.Count,
		Failures:   r.Failures,
		RPS:        round3(s.RPS(r)),
		Bytes:      r.Bytes,
		ServiceMS:  summaryTimes(&r.Service),
		ResponseMS: summaryTimes(&r.Response),
		LagMS:      summaryTimes(&r.Lag),
		Stamped:    r.Stamped,
		PhasesMS:   summaryPhases(r),
	}
}

func summaryPhases(r *Row) map[string]SummaryPhase {
	phases := map[string]SummaryPhase{}
	for i, p := range r.Phases {
		if p.Count > 0 {
			phase := SummaryPhase{Count: p.Count, Mean: Millis(p.Mean()), Max: Millis(p.Max)}
			if supported(0.50, p.Count) {
				phase.P50 = (*Millis)(&p.P50)
			}
			if supported(0.99, p.Count) {
				phase.P99 = (*Millis)(&p.P99)
			}
			phases[PhaseNames[i]] = phase
		}
	}
	return phases
}

func summaryTimes(t *Times) *SummaryTimes {
	if t.Count == 0 {
		return nil
	}
	sum := &SummaryTimes{Min: Millis(t.Min), Mean: Millis(t.Mean()), Max: Millis(t.Max), CI95: map[string][2]Millis{}}
	for i, to := range [...]**Millis{
		&sum.P50, &sum.P66, &sum.P75, &sum.P80, &sum.P90, &sum.P95, &sum.P98, &sum.P99, &sum.P999, &sum.P9999,
	} {
		if t.Supported(i) {
			q := Millis(t.Quantile[i])
			*to = &q
			sum.CI95[quantileName(Quantiles[i])] = [2]Millis{Millis(t.Low[i]), Millis(t.High[i])}
		}
	}
	return sum
}

// quantileName is p99.9 for 0.999.
func quantileName(q float64) string {
	return "p" + strconv.FormatFloat(math.Round(q*10_000)/100, 'f', -1, 64)
}

func summaryGenerator(info RunInfo, s *Snapshot) SummaryGenerator {
	h := &info.Health
	g := SummaryGenerator{
		LagMS:        summaryTimes(&s.Total.Lag),
		StartLagMS:   summaryTimes(&s.StartLag),
		WakeLagMS:    summaryTimes(&s.WakeLag),
		GCPauseMaxMS: Millis(h.GCPauseMax),
		GCShare:      round3(h.GCShare),
		CPUShare:     round3(h.CPUShare),
		CPUShareMost: round3(max(h.CPUShare, h.CPUMost)),
		CPUSeconds:   round3(info.CPU.Seconds()),
		RSSMaxBytes:  info.RSSMaxBytes,
		Planned:      h.Planned,
		Started:      h.Planned - h.Omitted,
		Omitted:      h.Omitted,
		OmittedBusy:  h.OmittedBusy,
		WaitMaxMS:    Millis(h.WaitMax),
		Interrupted:  h.Interrupted,
	}
	if info.OpenFilesMax > 0 {
		g.OpenFilesLimit = &info.OpenFilesMax
	}
	if h.StealShare >= 0 {
		steal := round3(h.StealShare)
		g.StealShare = &steal
	}
	if n := s.Total.Service.Count; n > 0 {
		share := round3(float64(s.Total.Stamped) / float64(n))
		g.StampedShare = &share
	}
	if s.Total.Count > 0 {
		us := round3(float64(info.CPU.Nanoseconds()) / 1000 / float64(s.Total.Count))
		g.CPUUSPerRequest = &us
	}
	return g
}

func round3(f float64) float64 { return math.Round(f*1000) / 1000 }
