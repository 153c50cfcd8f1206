package stats

import (
	"fmt"
	"time"
)

// Verdict says how far the figures of a run describe the target.
type Verdict string

// The verdicts.
const (
	Valid   Verdict = "VALID"   // they do
	Suspect Verdict = "SUSPECT" // they may; the reasons say what to look at
	Invalid Verdict = "INVALID" // they describe the generator
)

// Health is how the generator fared, as far as it is not in the snapshot. Shares are from 0 to 1.
type Health struct {
	CPUShare   float64       // of the processors that the process may use: what it took while there was load
	StealShare float64       // of the machine's processor time: what its host gave to others; -1 if not known
	GCShare    float64       // of the process's processor time: that of the garbage collector
	GCPauseMax time.Duration // longest pause of the garbage collector

	// Starts of an open run; all 0 in a closed one.
	Planned     int64         // that were due
	Omitted     int64         // of these: not made
	OmittedBusy int64         // of the omitted: all users that there may be were busy
	WaitMax     time.Duration // the longest that a start waited
}

// The limits from which on a run is doubted. Below cpuHigh a process gets a processor soon whenever it needs one; from
// cpuFull on it waits for one most of the time. A start lag of lagShare of the response times is within what
// most people call the same figure, ten times as much is not.
const (
	cpuHigh      = 0.90
	cpuFull      = 0.97
	stampedLow   = 0.90
	stealHigh    = 0.05
	lagShare     = 0.02
	lagFloor     = 150 * time.Microsecond // on average; below that a short response time is no reason for doubt
	omittedShare = 0.001
	fewest       = 59 // requests, for a 95th percentile
)

// Judge says whether the figures of a run are the target's, and why not. It is a function of its arguments alone.
//
// Service times that the kernel has stamped stay true on a busy machine: what suffers there is the load. So a closed run
// is doubted when the generator set its pace, and condemned when it also had to time the answers itself. An open
// run promised its starts: it is condemned when the generator could not make them at their time.
func Judge(h *Health, s *Snapshot) (Verdict, []string) {
	j := judgement{verdict: Valid, reasons: []string{}}
	j.samples(s)
	j.starts(h, s)
	j.clock(h, s)
	switch {
	case h.CPUShare >= cpuHigh:
		j.add(Suspect, "katydid took %.0f %% of its processors: the rate is what this machine could send, not what the target could take", 100*h.CPUShare)
	case starved(h, s):
		j.add(Suspect, "katydid noticed answers late, after %s on average: other programs take the processors, and the rate is not what the target could take", rounded(s.WakeLag.Mean()))
	}
	if h.StealShare >= stealHigh {
		j.add(Suspect, "the host of this machine gave %.0f %% of the processor time to others", 100*h.StealShare)
	}
	return j.verdict, j.reasons
}

type judgement struct {
	verdict Verdict
	reasons []string
}

func (j *judgement) add(v Verdict, format string, args ...any) {
	if v == Invalid || j.verdict == Valid {
		j.verdict = v
	}
	j.reasons = append(j.reasons, fmt.Sprintf(format, args...))
}

// samples: of nothing, and of little, not much can be said.
func (j *judgement) samples(s *Snapshot) {
	switch n := s.Total.Count; {
	case n == 0:
		j.add(Invalid, "no request was measured")
	case n < fewest:
		j.add(Suspect, "%d requests are too few for high percentiles", n)
	}
}

// starts judges whether an open run kept its plan.
func (j *judgement) starts(h *Health, s *Snapshot) {
	if h.Planned == 0 {
		return
	}
	busy := starved(h, s)
	limit := max(1, int64(omittedShare*float64(h.Planned)))
	switch late := h.Omitted - h.OmittedBusy; {
	case late >= limit || h.Omitted >= limit && busy:
		// Users are busy, too, when they wait for a processor.
		j.add(Invalid, "the generator could not keep the plan: %d of %d starts were not made", h.Omitted, h.Planned)
	case h.Omitted >= limit:
		j.add(Suspect, "%d of %d starts were not made because all users were busy: the target is slower than the plan, or there are too few users (-u)", h.Omitted, h.Planned)
	}
	if s.StartLag.Count == 0 || s.Total.Response.Count == 0 {
		return
	}
	// The mean is what start lag adds to response times, exactly; the 99th percentile finds what only some starts met.
	mean := float64(s.StartLag.Mean()) / float64(max(s.Total.Response.Mean(), 1))
	high := float64(s.StartLag.Quantile[7]) / float64(max(s.Total.Response.Quantile[7], 1))
	switch share := max(mean, high); {
	case s.StartLag.Mean() < lagFloor && s.StartLag.Quantile[7] < 10*lagFloor: // nobody's times depend on that
	case share >= 10*lagShare:
		j.add(Invalid, "late starts of the generator are %.0f %% of the response times (mean %s of %s, 99%% %s of %s)", 100*share,
			rounded(s.StartLag.Mean()), rounded(s.Total.Response.Mean()), rounded(s.StartLag.Quantile[7]), rounded(s.Total.Response.Quantile[7]))
	case share >= lagShare:
		j.add(Suspect, "late starts of the generator are %.1f %% of the response times", 100*share)
	}
}

// starved says that katydid had to wait for processors, its own use or that of others: answers lay there for a part of the
// service times that matters.
func starved(h *Health, s *Snapshot) bool {
	lag := s.WakeLag.Mean()
	return h.CPUShare >= cpuHigh || lag >= lagFloor && float64(lag) >= 5*lagShare*float64(s.Total.Service.Mean())
}

// clock judges who has timed the answers.
func (j *judgement) clock(h *Health, s *Snapshot) {
	n := s.Total.Service.Count
	if n == 0 || float64(s.Total.Stamped) >= stampedLow*float64(n) || h.CPUShare < cpuHigh {
		return
	}
	v := Suspect
	if h.CPUShare >= cpuFull {
		v = Invalid
	}
	j.add(v, "%.0f %% of the requests were timed by katydid itself, not by the kernel, and it had no processor to spare: their times are too long",
		100*(1-float64(s.Total.Stamped)/float64(n)))
}

func rounded(d time.Duration) time.Duration { return d.Round(max(time.Microsecond, d/1000)) }
