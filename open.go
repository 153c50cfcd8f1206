package main

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"katydid/runtime/load"
	"katydid/runtime/vu"
)

const (
	// manyUsers is how many users an open run may make if nobody says how many; fewer where fewer connections fit.
	manyUsers = 10_000
	// warmLimit is how long the plan waits for its first users, whose onStart may take longer.
	warmLimit = 3 * time.Second
)

// openPlan gives the plan of an open run; false means that the run is a closed one.
func (r *run) openPlan() (plan load.Plan, open bool, fail *failure) {
	o := r.opts
	switch {
	case r.shape != "":
		shape, ok, err := r.main.OpenShape()
		if err != nil {
			return plan, false, broken(fmt.Errorf("load shape %s: %w", r.shape, err))
		}
		if !ok {
			return plan, false, nil
		}
		if o.runTime > 0 && r.main.ShapeUsesOptions() {
			shape = shape.Cut(o.runTime)
		}
		plan.Shape = shape
	case o.startRate > 0:
		plan.Shape = load.Constant(o.startRate, o.runTime)
	default:
		return plan, false, nil
	}
	if err := plan.Shape.Check(); err != nil {
		return plan, false, broken(err)
	}
	for _, c := range r.env.Classes {
		if c.Fixed > 0 {
			return plan, false, broken(fmt.Errorf("class %s has a fixed count, but an open run makes users as they are needed: give it a weight", c.Name))
		}
	}
	plan.Poisson, plan.Seed, plan.Shard = o.arrivals == arrivalsPoisson, r.seed(), r.shard
	return plan, true, nil
}

// seed is for what is drawn by lot: all shards of a run draw the same.
func (r *run) seed() uint64 {
	if r.shards == nil {
		return rand.Uint64()
	}
	sum := sha256.Sum256([]byte(r.opts.runID))
	return binary.LittleEndian.Uint64(sum[:])
}

// How the starts of an open run are spaced; values of --arrivals.
const (
	arrivalsUniform = "uniform"
	arrivalsPoisson = "poisson"
)

// gatherOpen makes the crowd of an open run, still empty, and its driver.
func (r *run) gatherOpen(plan load.Plan, classes []load.Class) {
	r.mu.Lock() // the memory's watch looks for the crowd
	defer r.mu.Unlock()
	r.crowd = vu.NewCrowd(r.env, func(int) {})
	r.people = r.crowd
	r.plan = plan
	r.open = load.NewOpen(plan, classes, r.mostUsers(), load.NewPacer(), r.crowd.Start, func() {
		r.stopFor("users leave before they can do anything")
	})
	r.crowd.Serve(r.open)
}

// mostUsers is how many users an open run may make.
func (r *run) mostUsers() int {
	if r.opts.given("users") {
		return r.opts.users
	}
	n := int64(manyUsers)
	if files := r.sys.limits.files; files > 0 {
		n = min(n, max(1, (files-filesReserve)/r.filesEach())*int64(max(r.shard.Of, 1)))
	}
	return int(n)
}

// beginOpen makes the first users and lets the plan begin.
func (r *run) beginOpen() {
	for _, name := range []string{"spawn-rate", "rate", "run-time"} {
		used := name == "rate" && r.shape == "" || name == "run-time" && (r.shape == "" || r.main.ShapeUsesOptions())
		if r.opts.given(name) && !used {
			r.log.warnf("%s is ignored: %s", r.opts.source(name), map[bool]string{true: "the load shape decides", false: "users are made as they are needed"}[r.shape != ""])
		}
	}
	_, _, most := r.open.Users()
	r.checkFiles(most)
	r.log.infof("open model: %g starts per second at first, %s, at most %d users", r.plan.Shape.Level(0), r.opts.arrivals, most)
	r.open.Warm(warmLimit)
	now := r.together()
	r.open.Begin(now)
	if length := r.plan.Shape.Length(); length < endless {
		r.deadline = now.Add(length)
	}
	r.spawned <- r.crowd.Live()
}

// endless is a length that nobody waits for.
const endless = 10 * 365 * 24 * time.Hour

// starts is what has become of the planned starts so far; zeros in a run without. Any goroutine may call it once the load
// has begun.
func (r *run) starts(now time.Time) (sum load.Tally) {
	if r.open != nil {
		return r.open.Tally(now)
	}
	if r.k6 == nil {
		return sum
	}
	for _, sc := range r.k6.scenarios {
		if sc.inflow == nil {
			continue
		}
		t := sc.inflow.Tally(now)
		sum.Planned += t.Planned
		sum.Started += t.Started
		sum.Omitted += t.Omitted
		sum.OmittedBusy += t.OmittedBusy
		sum.Dropped += t.Dropped
		sum.LongestWait = max(sum.LongestWait, t.LongestWait)
	}
	return sum
}

// judgeStarts notes what became of the plan, when all users have left.
func (r *run) judgeStarts() {
	if r.open == nil {
		return
	}
	t := r.starts(time.Now())
	h := &r.health
	h.Planned, h.Omitted, h.OmittedBusy, h.WaitMax = t.Planned, t.Omitted, t.OmittedBusy, t.LongestWait
	if t.Planned != t.Started+t.Omitted { // a fault of ours, and one that must not stay hidden
		r.log.errorf("%s", errors.New("internal error: the starts of this run do not add up"))
	}
}
