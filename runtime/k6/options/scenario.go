package options

import (
	"fmt"
	"regexp"
	"time"
)

// Limits against slips of the finger; far beyond what one machine can do.
const (
	mostVUs  = 10_000_000
	mostRate = 1_000_000_000 // starts per time unit, which may be a day
)

// shortest is the least that k6 takes as the length of a scenario.
const shortest = time.Second

// A Scenario is checked, with all defaults filled in. What the executor does
// not have is zero.
type Scenario struct {
	Name         string
	Executor     string
	Exec         string // the function of the script; whether there is one is not checked here
	StartTime    time.Duration
	GracefulStop time.Duration
	Env, Tags    []Pair

	VUs              int           // constant-vus, the iterations, externally-controlled
	Iterations       int           // of each user (per-vu) or of all (shared)
	Duration         time.Duration // externally-controlled: 0 has no end
	MaxDuration      time.Duration // of the iterations
	StartVUs         int
	Stages           []Stage // users, or starts per TimeUnit
	GracefulRampDown time.Duration
	Rate, StartRate  int // starts per TimeUnit
	TimeUnit         time.Duration
	PreAllocatedVUs  int
	MaxVUs           int

	Browser bool // it asks for a browser, in options.browser
}

var scenarioName = regexp.MustCompile(`^[0-9a-zA-Z_-]+$`)

// resolve checks the fields and fills in defaults.
func (s *ScenarioFields) resolve() (Scenario, error) {
	r := Scenario{
		Name: s.Name, Executor: s.Executor, Exec: s.Exec.Or("default"), StartTime: s.StartTime.Or(0),
		GracefulStop: s.GracefulStop.Or(30 * time.Second), Env: s.Env.Value, Tags: s.Tags.Value, Browser: s.Options.Given(),
	}
	if !scenarioName.MatchString(s.Name) {
		return r, within("scenarios", bad("has a scenario named %s: names are letters, digits, _ and -", brief(s.Name)))
	}
	if r.Exec == "" {
		return r, s.bad("exec", "must be the name of a function that the script exports")
	}
	if err := s.notNegative("startTime", r.StartTime); err != nil {
		return r, err
	}
	if err := s.notNegative("gracefulStop", r.GracefulStop); err != nil {
		return r, err
	}
	var err error
	switch s.Executor {
	case ConstantVUs:
		err = s.constantVUs(&r)
	case RampingVUs:
		err = s.rampingVUs(&r)
	case PerVUIterations, SharedIterations:
		err = s.iterations(&r)
	case ConstantArrivalRate:
		err = s.constantArrivals(&r)
	case RampingArrivalRate:
		err = s.rampingArrivals(&r)
	case ExternallyControlled:
		err = s.controlled(&r)
	}
	return r, err
}

func (s *ScenarioFields) bad(key, format string, args ...any) error {
	w := &wrong{path: s.label(key), why: fmt.Sprintf(format, args...)}
	if r := find(executorFields[s.Executor], key); s.shortcut && r != nil {
		w.from = r.access.origin(s)
	}
	return w
}

func (s *ScenarioFields) notNegative(key string, d time.Duration) error {
	if d < 0 {
		return s.bad(key, "must not be negative: %s", d)
	}
	return nil
}

func (s *ScenarioFields) longEnough(key string, d time.Duration) error {
	if d < shortest {
		return s.bad(key, "must be at least 1s, not %s (a number without a unit is milliseconds)", d)
	}
	return nil
}

func (s *ScenarioFields) between(key string, n, least, most int) error {
	if n < least || n > most {
		return s.bad(key, "must be from %d to %d, not %d", least, most, n)
	}
	return nil
}

// needed is the error for a field that has no default.
func (s *ScenarioFields) needed(key string) error {
	return s.bad(key, "is missing: %s needs it", s.Executor)
}

func (s *ScenarioFields) constantVUs(r *Scenario) error {
	r.VUs, r.Duration = s.VUs.Or(1), s.Duration.Value
	if !s.Duration.Given() {
		return s.needed("duration")
	}
	if err := s.between("vus", r.VUs, 1, mostVUs); err != nil {
		return err
	}
	return s.longEnough("duration", r.Duration)
}

func (s *ScenarioFields) rampingVUs(r *Scenario) error {
	r.StartVUs, r.Stages = s.StartVUs.Or(1), s.Stages.Value
	r.GracefulRampDown = max(0, s.GracefulRampDown.Or(30*time.Second)) // k6 takes negative ones as 0
	if err := s.between("startVUs", r.StartVUs, 0, mostVUs); err != nil {
		return err
	}
	if err := s.checkStages(r.Stages); err != nil {
		return err
	}
	planned, _ := r.MostVUs()
	if planned == 0 {
		return s.bad("stages", "must have a target above 0, unless startVUs is: there would never be a user")
	}
	if planned > mostVUs {
		return s.bad("stages", "must have targets up to %d, not %d", mostVUs, planned)
	}
	return nil
}

// checkStages looks at all stages together; each is checked when it is read.
func (s *ScenarioFields) checkStages(stages []Stage) error {
	if len(stages) == 0 {
		return s.bad("stages", "must have at least one stage")
	}
	sum := time.Duration(0)
	for _, g := range stages {
		if err := checkStage(g); err != nil {
			return within(s.label("stages"), err)
		}
		if sum += g.Duration; sum > longest {
			return s.bad("stages", "must last ten years at the most")
		}
	}
	return nil
}

func (s *ScenarioFields) iterations(r *Scenario) error {
	r.VUs, r.Iterations, r.MaxDuration = s.VUs.Or(1), s.Iterations.Or(1), s.MaxDuration.Or(10*time.Minute)
	if err := s.between("vus", r.VUs, 1, mostVUs); err != nil {
		return err
	}
	if r.Iterations < 1 {
		return s.bad("iterations", "must be 1 or more, not %d", r.Iterations)
	}
	if s.Executor == SharedIterations && r.Iterations < r.VUs {
		return s.bad("iterations", "must not be fewer than the users: %d iterations, %d vus", r.Iterations, r.VUs)
	}
	return s.longEnough("maxDuration", r.MaxDuration)
}

func (s *ScenarioFields) constantArrivals(r *Scenario) error {
	r.Rate, r.Duration = s.Rate.Value, s.Duration.Value
	switch {
	case !s.Rate.Given():
		return s.needed("rate")
	case !s.Duration.Given():
		return s.needed("duration")
	}
	if err := s.between("rate", r.Rate, 1, mostRate); err != nil {
		return err
	}
	if err := s.longEnough("duration", r.Duration); err != nil {
		return err
	}
	return s.arrivals(r)
}

func (s *ScenarioFields) rampingArrivals(r *Scenario) error {
	r.StartRate, r.Stages = s.StartRate.Or(0), s.Stages.Value
	if err := s.between("startRate", r.StartRate, 0, mostRate); err != nil {
		return err
	}
	if err := s.checkStages(r.Stages); err != nil {
		return err
	}
	return s.arrivals(r)
}

func (s *ScenarioFields) arrivals(r *Scenario) error {
	r.TimeUnit, r.PreAllocatedVUs = s.TimeUnit.Or(time.Second), s.PreAllocatedVUs.Value
	r.MaxVUs = s.MaxVUs.Or(r.PreAllocatedVUs)
	if r.TimeUnit <= 0 {
		return s.bad("timeUnit", "must be more than 0, not %s", r.TimeUnit)
	}
	if !s.PreAllocatedVUs.Given() {
		return s.needed("preAllocatedVUs")
	}
	if err := s.between("preAllocatedVUs", r.PreAllocatedVUs, 0, mostVUs); err != nil {
		return err
	}
	return s.between("maxVUs", r.MaxVUs, r.PreAllocatedVUs, mostVUs)
}

func (s *ScenarioFields) controlled(r *Scenario) error {
	r.VUs, r.Duration = s.VUs.Or(1), s.Duration.Or(0)
	r.MaxVUs = s.MaxVUs.Or(max(1, r.VUs))
	if err := s.between("vus", r.VUs, 0, mostVUs); err != nil {
		return err
	}
	if err := s.notNegative("duration", r.Duration); err != nil {
		return err
	}
	return s.between("maxVUs", r.MaxVUs, max(1, r.VUs), mostVUs)
}
