package options

import (
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
