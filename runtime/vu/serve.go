package vu

import (
	"time"

	"katydid/runtime/bridge"
	"katydid/runtime/load"
	"katydid/stats"
)

// arrive waits for the start of the next iteration, in an open run; false means that the user is to leave. Each task is
// an iteration, also those of a task set; entering a set is a part of its first.
func (vm *VM) arrive() bool {
	if vm.seat == nil || vm.iteration.under {
		return true
	}
	s, ok := vm.nextStart()
	if ok {
		vm.iteration.begin(s, time.Now())
	}
	return ok
}

// depart ends the iteration.
func (vm *VM) depart() { vm.iteration = iteration{} }

// nextStart waits for a start, and runs the event loop meanwhile; false means that the user is to leave.
func (vm *VM) nextStart() (load.Start, bool) {
	if s, ok := vm.seat.Next(); ok {
		return vm.unlessKilled(s, true)
	}
	for !vm.leave {
		var wake <-chan struct{}
		var due <-chan time.Time
		if l := vm.events; l != nil {
			vm.Unblock() // callbacks of the script
			ran := l.ready(time.Now())
			vm.Block()
			if vm.damaged {
				vm.repair()
			}
			if ran {
				continue
			}
			if t, ok := l.next(); ok {
				due = vm.after(time.Until(t))
			}
			wake = l.wake
		}
		select {
		case s := <-vm.seat.C():
			return vm.unlessKilled(s, true)
		case <-wake:
			continue
		case <-due:
			continue
		case <-vm.stopping:
		case <-vm.kill:
		}
		break
	}
	return vm.unlessKilled(vm.seat.Withdraw()) // a start that has come in this very moment is made all the same
}

// unlessKilled gives a start back that a hard stop keeps from being made.
func (vm *VM) unlessKilled(s load.Start, ok bool) (load.Start, bool) {
	if ok && vm.Killed() {
		vm.seat.GiveBack()
		return load.Start{}, false
	}
	return s, ok
}

// iteration is the plan's part in what a user of an open run is doing. The zero value is outside of an iteration.
type iteration struct {
	under bool          // way
	first bool          // no request of it has been sent yet
	late  time.Duration // from the planned start to the one that was made, whatever the cause
	lag   time.Duration // the generator's part of that
}

func (it *iteration) begin(s load.Start, now time.Time) {
	*it = iteration{under: true, first: true, late: max(0, now.Sub(s.Planned)), lag: s.Lag(now)}
}

// noStart is the lag of a request that does not begin an iteration.
const noStart = -1

// Turn is the place of a request in the plan. The zero Turn is outside of one: in a closed run, in onStart and onStop.
type Turn struct {
	planned   bool
	late, lag time.Duration
}

// Turn is to be taken when a request is sent: answers may be counted in another order, as those that the script judges
// at the end of its task. The first request of an iteration was due as long before it was sent as the iteration was
// before it began, so that what the script does before its first request is not the target's. Later ones were due when
// they were sent: a user is a closed system.
func (vm *VM) Turn() Turn {
	switch it := &vm.iteration; {
	case !it.under:
		return Turn{}
	case it.first:
		it.first = false
		return Turn{planned: true, late: it.late, lag: it.lag}
	}
	return Turn{planned: true, lag: noStart}
}

// After is the turn of a request that follows one of this turn: it was due when it was sent.
func (t Turn) After() Turn { return Turn{planned: t.planned, lag: noStart} }

// Plan says when a request of this turn that was sent at a moment had been due, and how late the generator was with it:
// the zero time if nothing was planned.
func (t Turn) Plan(sent time.Time) (planned time.Time, lag time.Duration) {
	if !t.planned {
		return time.Time{}, noStart
	}
	return sent.Add(-t.late), t.lag
}

// Sample is what Locust's table gets of an answer that the bridge has, or of its failure: "" for a success.
func (t Turn) Sample(key stats.Key, resp *bridge.Response, failure string) stats.Sample {
	planned, lag := t.Plan(resp.Sent)
	return stats.Sample{
		Key:      key,
		Planned:  planned,
		StartLag: lag,
		Sent:     resp.Sent,
		Done:     resp.Done,
		Bytes:    resp.Size,
		Failure:  failure,
		WakeLag:  resp.WakeLag + resp.ConnectLag,
		Stamped:  resp.Stamped,
		Phases:   stats.Phases(resp.Phases),
	}
}
