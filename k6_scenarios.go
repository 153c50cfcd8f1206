package main

import (
	"fmt"
	"time"

	"katydid/metrics"
	"katydid/runtime/k6"
	k6options "katydid/runtime/k6/options"
	"katydid/runtime/load"
)

// k6Scenario is one scenario of a k6 script: its users, and what drives them.
type k6Scenario struct {
	plan   k6options.Scenario
	users  *k6.Scenario
	driver load.Driver
	loop   *load.Loop   // nil for one with an arrival rate
	inflow *load.Inflow // nil for the others
}

// makeScenarios makes the drivers of all scenarios.
func (r *run) makeScenarios() {
	t := r.k6
	for _, plan := range t.options.Scenarios {
		sc := &k6Scenario{plan: plan}
		sc.users = &k6.Scenario{
			Name: plan.Name, Executor: plan.Executor, Exec: plan.Exec,
			MinDuration: t.options.MinIterationDuration, KeepCookies: t.options.NoCookiesReset,
			CloseConnections: t.options.NoVUConnectionReuse, Run: t.shared, Log: r.log.log,
		}
		for _, pair := range plan.Env {
			sc.users.Env = append(sc.users.Env, pair.Name+"="+pair.Value)
		}
		for _, pair := range plan.Tags {
			sc.users.Tags = append(sc.users.Tags, metrics.Tag{Name: pair.Name, Value: pair.Value})
		}
		sc.users.Ready()
		sc.drive(r.shard, sc.users, r.scenarioNotes(sc))
		if sc.inflow != nil {
			sc.users.Clock(sc.inflow.Began, sc.inflow.Progress)
		} else {
			sc.users.Clock(sc.loop.Began, sc.loop.Progress)
		}
		t.drivers = append(t.drivers, load.Scenario{StartTime: plan.StartTime, Driver: sc.driver})
		t.scenarios = append(t.scenarios, sc)
	}
}

// scenarioNotes counts what the drivers say of a scenario.
func (r *run) scenarioNotes(sc *k6Scenario) load.Notes {
	m := r.k6.shared.Metrics
	return load.Notes{
		Dropped: func(n int64) {
			if !r.k6.ended.Load() {
				m.Add(m.Builtin.DroppedIterations, float64(n), sc.users.OwnTags(), time.Now())
			}
		},
		Full: func(users int) {
			r.log.warnf("scenario %s: all %d users are busy and maxVUs allows no more: iterations are dropped", sc.plan.Name, users)
		},
	}
}

// drive makes the driver. The executors differ in their plans only; see docs/decisions/015-executors-of-k6.md.
func (sc *k6Scenario) drive(shard load.Shard, workers load.Workers, notes load.Notes) {
	p := &sc.plan
	switch p.Executor {
	case k6options.ConstantArrivalRate, k6options.RampingArrivalRate:
		arrivals := arrivalPlan(p)
		arrivals.Shard = shard
		sc.inflow = load.NewInflow(load.InflowPlan{
			Plan: arrivals, First: p.PreAllocatedVUs, Most: p.MaxVUs, GracefulStop: p.GracefulStop,
		}, workers, notes, load.NewPacer())
		sc.driver = sc.inflow
	default:
		plan := loopPlan(p)
		plan.Shard = shard
		sc.loop = load.NewLoop(plan, workers, notes)
		sc.driver = sc.loop
	}
}

func loopPlan(p *k6options.Scenario) load.LoopPlan {
	plan := load.LoopPlan{GracefulStop: p.GracefulStop, GracefulRampDown: p.GracefulRampDown}
	switch p.Executor {
	case k6options.RampingVUs:
		plan.Levels.Start = p.StartVUs
		for _, g := range p.Stages {
			plan.Levels.Stages = append(plan.Levels.Stages, load.LevelStage{For: g.Duration, To: g.Target})
		}
	case k6options.PerVUIterations:
		plan.Levels, plan.Each = load.Hold(p.VUs, p.MaxDuration), int64(p.Iterations)
	case k6options.SharedIterations:
		plan.Levels, plan.Total = load.Hold(p.VUs, p.MaxDuration), int64(p.Iterations)
	case k6options.ExternallyControlled:
		plan.Levels, plan.Most = load.Hold(p.VUs, p.Duration), p.MaxVUs
	default:
		plan.Levels = load.Hold(p.VUs, p.Duration)
	}
	return plan
}

// arrivalPlan is the plan of an executor with an arrival rate. Rates are whole numbers of starts in a time unit.
func arrivalPlan(p *k6options.Scenario) load.Plan {
	if p.Executor == k6options.ConstantArrivalRate {
		return load.Plan{Shape: load.Constant(float64(p.Rate)/p.TimeUnit.Seconds(), p.Duration), Reach: true}
	}
	var stages []load.RateStage
	for _, g := range p.Stages {
		stages = append(stages, load.RateStage{For: g.Duration, To: float64(g.Target)})
	}
	shape := load.Ramps(float64(p.StartRate), p.TimeUnit, stages)
	return load.Plan{Shape: shape, First: 1, Reach: true} // the first when the area is 1: k6's rule
}

// describe is a scenario in a line of the log.
func describe(p *k6options.Scenario) string {
	planned, most := p.MostVUs()
	text := fmt.Sprintf("%s, %d users", p.Executor, planned)
	if most > planned {
		text += fmt.Sprintf(" to %d", most)
	}
	if length := p.Length(); length > 0 {
		text += fmt.Sprintf(", at most %s with its graceful stop", length)
	}
	if p.StartTime > 0 {
		text += fmt.Sprintf(", beginning after %s", p.StartTime)
	}
	return text
}

// show fills in what the screen shows of the scenarios. Any goroutine may call it, from the time on when users may live.
func (t *k6Test) show(st *status) {
	st.elapsed = t.clock.elapsed()
	now := time.Now()
	for i := range t.options.Scenarios {
		p := &t.options.Scenarios[i]
		st.runTime = max(st.runTime, p.StartTime+p.Length()-p.GracefulStop)
		if p.Executor == k6options.ExternallyControlled && p.Duration == 0 {
			st.runTime = 0
			break
		}
	}
	for _, sc := range t.scenarios {
		st.dropped += sc.counts().Dropped
		if sc.inflow != nil {
			st.open = true
			st.starts += sc.inflow.Level(now)
		}
	}
}

func (sc *k6Scenario) counts() load.Counts {
	if sc.inflow != nil {
		return sc.inflow.Counts()
	}
	return sc.loop.Counts()
}
