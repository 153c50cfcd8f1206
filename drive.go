package main

import (
	"context"
	"time"

	"katydid/runtime/vu"
	"katydid/web/live"
)

// begin sets the driver's first goal.
func (r *run) begin() {
	if r.open != nil {
		r.beginOpen()
		return
	}
	now := r.together()
	if r.opts.runTime > 0 && (r.shape == "" || r.main.ShapeUsesOptions()) {
		r.deadline = now.Add(r.opts.runTime) // from the ramp on, as Locust counts
	}
	for _, name := range []string{"rate", "arrivals"} {
		if r.opts.given(name) {
			r.log.warnf("%s is ignored: this is no open run, see --rate", r.opts.source(name))
		}
	}
	if r.shape != "" {
		r.log.infof("load shape %s decides on the users", r.shape)
		for _, name := range []string{"users", "spawn-rate", "run-time"} {
			if r.opts.given(name) && !r.main.ShapeUsesOptions() {
				r.log.warnf("%s is ignored: the load shape decides; static useCommonOptions = true lets both count", r.opts.source(name))
			}
		}
		r.main.ResetShapeTime()
		r.tick()
		return
	}
	r.log.infof("ramping to %d users at a rate of %.2f per second", r.opts.users, r.opts.rate)
	r.checkFiles(r.opts.users)
	r.driver.Until(r.opts.runTime)
	if err := r.driver.Goal(r.opts.users, r.opts.rate); err != nil {
		r.stopFor(err.Error()) // the options were checked: a fault of ours
	}
}

// drive lets the test run until there is a reason to end it.
func (r *run) drive() (reason string) {
	defer close(r.over)
	timeUp, stop := r.timeUp()
	defer stop()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	r.cpu = newCPUUse()
	for !r.ending() { // a guard may have ended it
		select {
		case reason := <-r.stop:
			return reason
		case s := <-r.sys.signals:
			r.hearSignal(s)
		case <-timeUp:
			return timeIsUp
		case command := <-r.commands:
			command()
		case n := <-r.spawned:
			r.allSpawned(n)
			r.endIfDeserted()
		case <-r.crowd.Left():
			r.endIfDeserted()
		case f := <-r.commands:
			f()
		case <-second.C:
			r.background()
			r.cpu.look(r)
			if r.shape != "" && r.open == nil {
				r.tick()
			}
		}
	}
	return timeIsUp
}

const timeIsUp = "run time limit reached"

// endDriver sees to it that nobody is started any more; only the first call counts.
func (r *run) endDriver(reason string) {
	r.closing.Do(func() {
		r.log.infof("%s, shutting down", reason)
		r.enter(live.Stopping)
		r.cancel()
		<-r.driven
	})
}

// endLoad ends the load at the run-time while code of the main VM keeps the goroutine of runTest from doing so.
func (r *run) endLoad() {
	r.endDriver(timeIsUp)
	r.leaving.Do(r.stopUsers)
}

// timeUp gets a value at the deadline of the load, if there is one and it still goes on.
func (r *run) timeUp() (up <-chan time.Time, stop func()) {
	if r.deadline.IsZero() || r.ending() {
		return nil, func() {}
	}
	t := time.NewTimer(time.Until(r.deadline))
	return t.C, func() { t.Stop() }
}

// endIfDeserted ends the test when all users have come and gone. A load shape may still want others.
func (r *run) endIfDeserted() {
	if r.open != nil {
		return // it makes others
	}
	if target, reached := r.driver.Target(); reached && target > 0 && r.crowd.Live() == 0 && r.shape == "" {
		r.stopFor("all users have ended") // unless the last one has given another reason
	}
}

// tick asks the load shape what is wanted now.
func (r *run) tick() {
	var t vu.Tick
	var ok bool
	err := r.guarded("tick()", func() (err error) {
		t, ok, err = r.main.Tick()
		return err
	})
	switch {
	case err == nil && r.ending(): // it took until the deadline
	case err != nil:
		r.log.errorf("load shape %s: %s", r.shape, err)
		r.note(vu.ListenerThrew)
		r.stopFor("the load shape failed")
	case !ok:
		r.stopFor("the load shape is at its end")
	case !t.Equal(r.lastTick):
		r.lastTick = t
		r.checkFiles(t.Users)
		r.log.infof("shape: ramping to %d users at a rate of %.2f per second", t.Users, t.Rate)
		r.enter(live.Spawning)
		if err := r.driver.Goal(t.Users, t.Rate, t.Classes...); err != nil {
			r.log.errorf("load shape %s: %s", r.shape, err)
			r.note(vu.ListenerThrew)
			r.stopFor("the load shape failed")
		}
	}
}

// complete is called by the driver when all users are there.
func (r *run) complete(live int) {
	select {
	case r.spawned <- live:
	default: // one that nobody has looked at yet says the same
	}
}

func (r *run) allSpawned(n int) {
	r.enter(live.Running)
	r.log.infof("all users spawned: %d", n)
	r.fire("spawningComplete", map[string]any{"userCount": n, "user_count": n})
	if r.opts.resetStats && r.ending() {
		r.log.warnf("--reset-stats: the listeners of spawningComplete took until the end, so nothing is reset")
	} else if r.opts.resetStats {
		r.resetStats("--reset-stats")
	}
}

// resetStats begins the statistics anew.
func (r *run) resetStats(why string) {
	r.log.infof("resetting stats (%s)", why)
	r.out.reset()
	r.fire("resetStats", nil)
}

// dynoGrace caps the stop timeout where SIGKILL follows SIGTERM after 30 s: the rest is for onStop, the last rows and
// their upload.
const dynoGrace = 15 * time.Second

// stopUsers ends all users; a second signal cuts it short.
func (r *run) stopUsers() {
	grace := r.opts.stopTimeout
	if r.hardStop() {
		grace = 0
	}
	if _, signalled := r.signalled(); signalled && r.sys.onDyno() && grace > dynoGrace {
		r.log.warnf("--stop-timeout is %s, but a dyno is killed 30 s after SIGTERM: using %s", grace, dynoGrace)
		grace = dynoGrace
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		for {
			select {
			case s := <-r.sys.signals:
				r.hearSignal(s)
			case <-r.hard: // whoever has heard the signal
				cancel()
				return
			case <-ended:
				return
			}
		}
	}()
	killed, stuck := r.crowd.StopAll(ctx, grace)
	if killed > 0 && grace > 0 && ctx.Err() == nil {
		r.log.infof("not all users finished their tasks in %s: %d were interrupted", grace, killed)
	}
	if stuck > 0 {
		r.log.errorf("%d users did not end even after the hard stop; they are left behind", stuck)
		r.note(vu.UserDied)
	}
}
