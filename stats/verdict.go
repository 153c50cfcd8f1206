package stats

import (
	"fmt"
	"strings"
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
	CPUMost    float64       // the same in those ten seconds in which it took most
	StealShare float64       // of the machine's processor time: what its host gave to others; -1 if not known
	GCShare    float64       // of the process's processor time: that of the garbage collector
	GCPauseMax time.Duration // longest pause of the garbage collector while there was load

	Interrupted int64 // requests that the hard stop cut off; in no row

	// Starts of an open run; all 0 in a closed one.
	Planned     int64         // that were due
	Omitted     int64         // of these: not made
	OmittedBusy int64         // of the omitted: all users that there may be were busy
	WaitMax     time.Duration // the longest that a start waited
}

// The limits from which on a run is doubted; docs/decisions/009 has their reasons. Below cpuHigh a process gets a
// processor soon whenever it needs one; from cpuFull on it waits for one most of the time. A share of lagShare of the
// response times is within what most people call the same figure, grossShare is not. What tailShare of the requests are
// is what a 99th percentile leaves out.
const (
	cpuHigh      = 0.90
	cpuFull      = 0.97
	stampedLow   = 0.90
	stealHigh    = 0.05
	lagShare     = 0.02
	lagFloor     = 150 * time.Microsecond // on average; below that a short response time is no reason for doubt
	starvedFloor = time.Millisecond       // of waking up, on average; an idle machine needs some tenths of that now and then
	grossShare   = 0.20
	tailShare    = 0.01
	omittedShare = 0.001
	fewest       = 59 // requests, for a 95th percentile
)

// Judge says whether the figures of a run are the target's, and why not, with what weighs most first. It is a function
// of its arguments alone.
//
// Service times that the kernel has stamped stay true on a busy machine: what suffers there is the load. So a closed run
// is doubted when the generator set its pace, and condemned when it also had to time the answers itself. An open
// run promised its starts: it is condemned when the generator could not make them at their time.
func Judge(h *Health, s *Snapshot) (Verdict, []string) {
	j := judgement{}
	j.samples(h, s)
	j.starts(h, s)
	if h.Planned > 0 && s.Total.Response.Count > 0 {
		j.lateness(s)
		j.waits(h, s)
	}
	j.clock(h, s)
	j.machine(h, s)
	switch {
	case len(j.invalid) > 0:
		return Invalid, append(j.invalid, j.suspect...)
	case len(j.suspect) > 0:
		return Suspect, j.suspect
	}
	return Valid, []string{}
}

// judgement is the reasons for each verdict.
type judgement struct{ invalid, suspect []string }

func (j *judgement) add(v Verdict, format string, args ...any) {
	to := &j.suspect
	if v == Invalid {
		to = &j.invalid
	}
	*to = append(*to, fmt.Sprintf(format, args...))
}

// samples: of nothing, and of little, not much can be said; and what is missing may have been the slowest.
func (j *judgement) samples(h *Health, s *Snapshot) {
	n := s.Total.Count
	switch {
	case n == 0:
		j.add(Invalid, "no request was measured")
		return
	case n < fewest:
		j.add(Suspect, "%d requests are too few for high percentiles", n)
	}
	own := int64(0)
	for _, f := range s.Failures {
		if strings.HasPrefix(f.Text, GeneratorFailure+"(") {
			own += f.Count
		}
	}
	switch share := float64(own) / float64(n); {
	case share >= tailShare:
		j.add(Invalid, "%d of %d requests failed because this machine had no descriptor, port or memory left (%s)", own, n, GeneratorFailure)
	case own > 0:
		j.add(Suspect, "%d of %d requests failed because this machine had no descriptor, port or memory left (%s)", own, n, GeneratorFailure)
	}
	if cut := h.Interrupted; n >= fewest && float64(cut) >= tailShare*float64(n+cut) {
		j.add(Suspect, "%d requests were cut off at the end and %d measured: slow ones are missing (--stop-timeout lets them finish)", cut, n)
	}
}

// starts judges whether an open run kept its plan.
func (j *judgement) starts(h *Health, s *Snapshot) {
	limit := max(1, int64(omittedShare*float64(h.Planned)))
	switch late := h.Omitted - h.OmittedBusy; {
	case late >= limit || h.Omitted >= limit && starved(h, s):
		// Users are busy, too, when they wait for a processor.
		j.add(Invalid, "the generator could not keep the plan: %d of %d starts were not made", h.Omitted, h.Planned)
	case h.Omitted >= limit:
		j.add(Suspect, "%d of %d starts were not made because all users were busy: the target is slower than the plan, or there are too few users (-u)", h.Omitted, h.Planned)
	}
}

// lateness judges the starts that the generator made late though a user was free.
func (j *judgement) lateness(s *Snapshot) {
	// The mean is what start lag adds to response times, exactly; the 99th percentile finds what only some starts met.
	lag, response := &s.StartLag, &s.Total.Response
	mean := float64(lag.Mean()) / float64(max(response.Mean(), 1))
	high := float64(lag.Quantile[7]) / float64(max(response.Quantile[7], 1))
	switch share := max(mean, high); {
	case lag.Mean() < lagFloor && lag.Quantile[7] < 10*lagFloor: // nobody's times depend on that
	case share >= grossShare:
		j.add(Invalid, "late starts of the generator are %.0f %% of the response times (mean %s of %s, 99%% %s of %s)", 100*share,
			rounded(lag.Mean()), rounded(response.Mean()), rounded(lag.Quantile[7]), rounded(response.Quantile[7]))
	case share >= lagShare:
		j.add(Suspect, "late starts of the generator are %.1f %% of the response times", 100*share)
	}
}

// waits judges the time in which starts waited for users. It is the target's if users were busy with a slow target; but
// another number of users would have given another one, and on a full machine nobody knows what kept them busy.
func (j *judgement) waits(h *Health, s *Snapshot) {
	switch share := float64(s.Waited) / float64(max(s.Total.Response.Sum, 1)); {
	case share >= grossShare && starved(h, s):
		j.add(Invalid, "starts waited for users, for %.0f %% of the response times, while katydid had no processor to spare: whose time that is cannot be told", 100*share)
	case share >= lagShare:
		j.add(Suspect, "%.0f %% of the response times is waiting for one of the users, who were all busy: the target is slower than the plan, or there are too few users (-u)", 100*share)
	}
}

// starved says that there was a time in which katydid had to wait for processors, because of its own use or that of others:
// answers lay there for a part of the service times that matters.
func starved(h *Health, s *Snapshot) bool {
	lag := s.WakeLag.Mean()
	late := s.WakeLag.Count >= fewest && lag >= starvedFloor && float64(lag) >= 5*lagShare*float64(s.Total.Service.Mean())
	return late || max(h.CPUShare, h.CPUMost) >= cpuHigh
}

// clock judges who has timed the answers.
func (j *judgement) clock(h *Health, s *Snapshot) {
	n := s.Total.Service.Count
	if n == 0 || float64(s.Total.Stamped) >= stampedLow*float64(n) {
		return
	}
	own := 100 * (1 - float64(s.Total.Stamped)/float64(n))
	if starved(h, s) {
		v := Suspect
		if h.CPUShare >= cpuFull {
			v = Invalid
		}
		j.add(v, "%.0f %% of the requests were timed by katydid itself, not by the kernel, and it had no processor to spare: their times are too long", own)
	}
	if p99 := s.Total.Service.Quantile[7]; h.GCPauseMax > p99 {
		j.add(Suspect, "%.0f %% of the requests were timed by katydid itself, which once stood still for %s to collect garbage; the 99th percentile is %s",
			own, rounded(h.GCPauseMax), rounded(p99))
	}
}

// machine judges what the generator had to work with.
func (j *judgement) machine(h *Health, s *Snapshot) {
	const consequence = "the rate is what this machine could send, not what the target could take"
	switch {
	case h.CPUShare >= cpuHigh:
		j.add(Suspect, "katydid took %.0f %% of its processors: "+consequence, 100*h.CPUShare)
	case h.CPUMost >= cpuHigh:
		j.add(Suspect, "katydid took %.0f %% of its processors for ten seconds or more: "+consequence+" then", 100*h.CPUMost)
	case starved(h, s):
		j.add(Suspect, "katydid noticed answers late, after %s on average, because other programs take the processors: "+consequence, rounded(s.WakeLag.Mean()))
	}
	if h.StealShare >= stealHigh {
		j.add(Suspect, "the host of this machine gave %.0f %% of the processor time to others", 100*h.StealShare)
	}
}

func rounded(d time.Duration) time.Duration { return d.Round(max(time.Microsecond, d/1000)) }
