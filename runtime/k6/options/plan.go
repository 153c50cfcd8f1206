package options

import (
	"cmp"
	"slices"
	"time"
)

// MostVUs is how many users the scenario has at its peak: planned from the
// beginning, and at the most, if it may make more when they are all busy.
func (s *Scenario) MostVUs() (planned, most int) {
	switch s.Executor {
	case RampingVUs:
		planned = s.StartVUs
		for _, g := range s.Stages {
			planned = max(planned, g.Target)
		}
		return planned, planned
	case ConstantArrivalRate, RampingArrivalRate:
		return s.PreAllocatedVUs, s.MaxVUs
	case ExternallyControlled:
		return s.VUs, s.MaxVUs
	}
	return s.VUs, s.VUs
}

// active is how long the scenario starts iterations; 0 has no end.
func (s *Scenario) active() (sum time.Duration) {
	switch s.Executor {
	case RampingVUs, RampingArrivalRate:
		for _, g := range s.Stages {
			sum += g.Duration
		}
		return sum
	case PerVUIterations, SharedIterations:
		return s.MaxDuration
	}
	return s.Duration
}

// Length is the time from the scenario's StartTime until its last user is gone
// at the latest, gracefulStop included; 0 has no end.
func (s *Scenario) Length() time.Duration {
	end := s.active()
	if s.Executor == ExternallyControlled && end == 0 {
		return 0
	}
	if s.Executor != RampingVUs || s.Stages[len(s.Stages)-1].Target > 0 {
		return end + s.GracefulStop
	}
	return min(s.lastDown()+s.GracefulRampDown, end+s.GracefulStop)
}

// lastDown is when a ramp that ends at 0 users gets there for good.
func (s *Scenario) lastDown() (last time.Duration) {
	at, level := time.Duration(0), s.StartVUs
	for _, g := range s.Stages {
		at += g.Duration
		if level > 0 {
			last = at
		}
		level = g.Target
	}
	return last
}

// A change is a number of users more or less, at a time from the beginning of
// the test, or of the scenario.
type change struct {
	at time.Duration
	by int
}

// PlannedVUs is how many users there are at a time at the most: the greatest sum
// over the scenarios, which need not peak together. A user counts until it has
// to be gone, graceful stop and ramp down included. planned are those that are
// known from the beginning; most are with those that arrivals may add.
func PlannedVUs(scenarios []Scenario) (planned, most int) {
	if len(scenarios) == 1 {
		return scenarios[0].MostVUs()
	}
	var known, all []change
	for i := range scenarios {
		s := &scenarios[i]
		if s.Executor == RampingVUs {
			changes := s.changes()
			known, all = append(known, changes...), append(all, changes...)
			continue
		}
		a, b := s.MostVUs()
		known, all = append(known, change{s.StartTime, a}), append(all, change{s.StartTime, b})
		if length := s.Length(); length > 0 {
			end := s.StartTime + length
			known, all = append(known, change{end, -a}), append(all, change{end, -b})
		}
	}
	return peak(known), peak(all)
}

// peak is the greatest sum; changes of one moment count together.
func peak(changes []change) (most int) {
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	sum := 0
	for i, c := range changes {
		sum += c.by
		if i+1 == len(changes) || changes[i+1].at > c.at {
			most = max(most, sum)
		}
	}
	return most
}

// changes are those of a ramp, user by user: each is there from when the ramp
// asks for it until GracefulRampDown after it does not, unless it is asked for
// again by then.
func (s *Scenario) changes() []change {
	planned, _ := s.MostVUs()
	var all []change
	leaves := make([]time.Duration, planned) // when each user has to be gone; -1: no one asked it to go
	for i := range leaves {
		leaves[i] = -1
	}
	up := func(user int, at time.Duration) {
		left := leaves[user]
		leaves[user] = -1
		if left > at {
			return
		}
		if left >= 0 {
			all = append(all, change{s.StartTime + left, -1})
		}
		all = append(all, change{s.StartTime + at, 1})
	}
	for user := range s.StartVUs {
		up(user, 0)
	}
	begin, level := time.Duration(0), s.StartVUs
	for _, g := range s.Stages {
		from := level
		for ; level < g.Target; level++ {
			up(level, begin+g.reach(from, level+1))
		}
		for ; level > g.Target; level-- {
			leaves[level-1] = begin + g.reach(from, level-1) + s.GracefulRampDown
		}
		begin += g.Duration
	}
	end := begin + s.GracefulStop
	for _, at := range leaves {
		if at < 0 || at > end {
			at = end
		}
		all = append(all, change{s.StartTime + at, -1})
	}
	return all
}

// reach is when a stage that begins at from has n users.
func (g Stage) reach(from, n int) time.Duration {
	return time.Duration(float64(g.Duration) * float64(n-from) / float64(g.Target-from))
}
