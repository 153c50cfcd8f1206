package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dop251/goja"

	"katydid/fleet"
	"katydid/runtime/k6"
	"katydid/web/live"
)

// executeK6 is the test itself: setup, the scenarios, teardown, and the summaries.
func (r *run) executeK6() int {
	t := r.k6
	r.log.infof("%s", r.sys.limits)
	for _, sc := range t.scenarios {
		r.log.infof("scenario %s: %s", sc.plan.Name, describe(&sc.plan))
	}
	r.listen()
	if fail := r.meet(r.setupForAll()); fail != nil {
		t.shared.Pool.Close()
		return r.refuse(fail)
	}
	r.out.start()
	r.export.start()
	defer r.export.close()
	r.enter(live.Spawning)
	code, ready := exitOK, true
	if r.shards == nil {
		code, ready = r.setupK6()
	}
	r.mark.Store(markProcess())
	r.cpu = newCPUUse()
	if ready {
		r.loadScenarios()
	}
	close(r.over)
	r.enter(live.Stopped)
	r.health = r.healthSince(r.mark.Load())
	r.judgeArrivals()
	if ready && r.shards == nil {
		code = r.teardownK6()
	}
	t.shared.Pool.Close()
	r.noteK6(code)
	heard := r.heed()
	r.out.collect()
	r.closeOut()
	heard()
	r.conclude(t.clock.elapsed())
	r.part(func(context.Context) { r.noteK6(r.teardownK6()) })
	r.counted()
	r.summariseK6()
	return r.finish()
}

// setupK6 runs setup, if there is one, and gives the exit code of its failure. What was not set up is neither loaded nor
// torn down, also if it is no failure: setup was ended.
func (r *run) setupK6() (code int, ready bool) {
	t := r.k6
	if !t.exports.Setup || t.options.NoSetup {
		return exitOK, true
	}
	limit := t.options.SetupTimeout
	err := r.once("setup", "::setup", limit, nil, func(once *k6.Once, v goja.Value) (err error) {
		t.setupData, err = once.JSON(v)
		return err
	})
	if err == nil {
		return exitOK, true
	}
	r.log.errorf("setup: %s", traceOf(err))
	if errors.Is(err, k6.ErrNotJSON) {
		return exitK6Other, false
	}
	return stageCode(err, exitK6Setup), false
}

// teardownK6 runs teardown, if there is one, and gives the exit code of its failure.
func (r *run) teardownK6() int {
	t := r.k6
	if !t.exports.Teardown || t.options.NoTeardown || r.hardStop() {
		return exitOK
	}
	limit := t.options.TeardownTimeout
	err := r.once("teardown", "::teardown", limit, t.setupData, func(*k6.Once, goja.Value) error { return nil })
	if err == nil {
		return exitOK
	}
	r.log.errorf("teardown: %s", traceOf(err))
	return stageCode(err, exitK6Teardown)
}

// stageCode is the exit code for an error of setup or teardown; late is that for one that took too long.
func stageCode(err error, late int) int {
	switch err.(type) {
	case *lateError:
		return late
	case *endedError:
		return exitOK // whoever ended it has noted why
	}
	return exitK6Script
}

// noteK6 remembers why a k6 script's run is no success; the first reason counts.
func (r *run) noteK6(code int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outcome.k6 == exitOK {
		r.outcome.k6 = code
	}
}

// abortK6 ends the test for a reason that has an exit code. Any goroutine may call it.
func (r *run) abortK6(code int, reason string) {
	if r.k6 != nil {
		r.k6.ended.Store(true)
	}
	r.noteK6(code)
	r.shards.tell(fleet.Abort, reason)
	r.stopFor(reason)
}

// loadScenarios runs all scenarios to their ends, or until there is a reason to stop.
func (r *run) loadScenarios() {
	t := r.k6
	for _, sc := range t.scenarios {
		sc.users.SetupData = t.setupData
	}
	r.together()
	t.clock.begin()
	defer t.clock.end()
	r.enter(live.Running)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); t.drivers.Run(ctx) }()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for ticks := 0; ; {
		select {
		case <-done:
			select {
			case reason := <-r.stop: // the script has killed them all, and said why
				r.log.infof("%s, shutting down", reason)
			default:
				r.log.infof("all scenarios have ended, shutting down")
			}
			return
		case reason := <-r.stop:
			r.endScenarios(reason, cancel, done)
			return
		case s := <-r.sys.signals:
			if r.hearSignal(s) {
				r.noteK6(exitK6Signal)
			}
		case command := <-r.commands:
			command()
		case <-second.C:
			r.cpu.look(r)
			r.gauges()
			if ticks++; ticks%2 == 0 && r.shards == nil { // as often as k6; shards do it on the figures of all
				r.watchThresholds()
			}
		}
	}
}

// endScenarios interrupts all users and waits until they have left.
func (r *run) endScenarios(reason string, cancel func(), done <-chan struct{}) {
	r.log.infof("%s, shutting down", reason)
	r.enter(live.Stopping)
	r.k6.ended.Store(true)
	cancel()
	late := time.After(stuckLimit)
	for {
		select {
		case <-done:
			return
		case s := <-r.sys.signals:
			r.hearSignal(s)
		case <-r.hard:
			r.people.KillAll()
			return
		case <-late:
			r.log.errorf("%d users did not end even after they were interrupted; they are left behind", r.people.Live())
			return
		}
	}
}

// stuckLimit is how long users may take to end that were interrupted.
const stuckLimit = 5 * time.Second

// gauges records how many users there are; once a second, as k6 does, and so not at all in a shorter run.
func (r *run) gauges() {
	m, now := r.k6.shared.Metrics, time.Now()
	m.Add(m.Builtin.VUs, float64(r.people.Live()), r.k6.shared.Tags, now)
	m.Add(m.Builtin.VUsMax, float64(r.k6.shared.Pool.Made()), r.k6.shared.Tags, now)
}

// watchThresholds ends the load when a threshold is crossed that says so.
func (r *run) watchThresholds() {
	r.judging.Lock()
	m := r.k6.shared.Metrics
	results, abort := m.Evaluate(m.Collect(time.Now()), r.k6.clock.elapsed(), false)
	r.judging.Unlock()
	if !abort {
		return
	}
	for _, res := range results {
		if !res.OK && res.AbortOnFail {
			r.stopFor(fmt.Sprintf("the threshold %s of %s was crossed", res.Expr, res.Key))
			return
		}
	}
}

// judgeArrivals notes what became of the starts of all scenarios with an arrival rate.
func (r *run) judgeArrivals() {
	h, t := &r.health, r.starts(time.Now())
	h.Planned, h.Omitted, h.OmittedBusy, h.WaitMax = t.Planned, t.Omitted, t.OmittedBusy, t.LongestWait
}
