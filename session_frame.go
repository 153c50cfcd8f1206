package main

import (
	"time"

	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

// watch shows what happens in a run; see run.watch.
func (s *session) watch(r *run) func(*stats.Snapshot, web.Load) {
	var ended time.Duration // the load's length; 0 while it goes on
	return func(snap *stats.Snapshot, l web.Load) {
		s.showing.Lock()
		defer s.showing.Unlock()
		if now, _ := s.current(); now != r { // it is being prepared
			return
		}
		f := r.frame()
		f.Snapshot = snap
		if snap == nil {
			again := *r.snapshot.Load()
			again.Interval = nil // which was counted
			f.Snapshot, l.CPU = &again, s.frame().CPU
		}
		f.CPU = l.CPU
		f.Verdict, f.Reasons = stats.Judge(&f.Health, f.Snapshot)
		if ended == 0 && f.State == live.Stopped {
			ended = f.Elapsed
		}
		if ended > 0 {
			f.Elapsed = ended
		}
		s.show(f)
	}
}

// show shows a frame, or for nil the first one. It is called with showing held, or before there can be others.
func (s *session) show(f *live.Frame) {
	if f == nil {
		f = &live.Frame{State: live.Ready, CPU: -1, Snapshot: stats.Nothing(time.Now())}
	}
	s.mu.Lock()
	f.Run, f.ExitCode = s.n, s.code
	if s.busy {
		f.ExitCode = exitOK
	}
	s.shown = f
	s.mu.Unlock()
	s.server.Show(f)
}

// frame is the latest frame.
func (s *session) frame() *live.Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown
}

// frame describes the run as it is now, but for what a snapshot says. Any goroutine may call it once the run is ready.
func (r *run) frame() *live.Frame {
	st, t := r.status(), r.starts(time.Now())
	f := &live.Frame{
		State: st.state, Host: st.host, Elapsed: st.elapsed, RunTime: st.runTime, Users: st.users, Target: st.target,
		Rate: st.starts, Open: st.open, Planned: t.Planned, Started: t.Started, Omitted: t.Omitted, Dropped: t.Dropped,
	}
	select {
	case <-r.settled:
		f.Health = r.health
		f.Checks, f.Thresholds = r.verdicts()
		return f
	default:
		if f.State == live.Stopped { // whoever waits for that word wants figures from which nothing is missing
			f.State = live.Stopping
		}
	}
	f.Health = r.healthNow(t)
	f.Checks, f.Thresholds = r.verdictsNow(st.elapsed)
	return f
}
