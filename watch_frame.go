package main

import (
	"fmt"
	"slices"
	"strings"

	"katydid/fleet"
	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

// take makes m the state of the run, and says in the log what has changed. It is called with turn held, or before there are
// other goroutines.
func (w *fleetWatch) take(m *fleet.Merged) {
	w.tell(m)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.merged, w.sum = m, m.Summary(version, fleetExit(m))
}

// show passes on what was taken last; called as take is.
func (w *fleetWatch) show() {
	w.mu.Lock()
	m := w.merged
	f := w.frame(m)
	if !m.Snapshot.Start.Equal(w.start) { // then the page begins anew: the first report of another shard, or a reset
		w.start, w.reader, w.history = m.Snapshot.Start, stats.CourseReader{}, &web.History{}
	}
	m.CourseSince(&w.reader, func(s stats.CourseSecond) {
		f.Seconds = append(f.Seconds, s)
		w.history.AddSecond(s)
		f.CPU = s.CPU
	})
	w.mu.Unlock() // as the server asks for the plan
	w.server.Show(f)
	if m.Over {
		select {
		case <-w.over:
		default:
			close(w.over)
		}
	}
}

// frame describes the state of the run. It is called with mu held.
func (w *fleetWatch) frame(m *fleet.Merged) *live.Frame {
	f := &live.Frame{
		Run: 1, State: w.state(m), Snapshot: m.Snapshot, Host: w.plan.Host, Elapsed: m.Length, RunTime: m.Plan.Length,
		Users: m.Snapshot.Users, Target: w.plan.Users, Rate: w.plan.Rate, Open: w.plan.Kind == live.KindOpen || m.Health.Planned > 0,
		Planned: m.Health.Planned, Started: m.Health.Planned - m.Health.Omitted, Omitted: m.Health.Omitted,
		Health: m.Health, CPU: -1, Verdict: m.Verdict, Reasons: m.Reasons, Checks: w.sum.Checks, Thresholds: w.sum.Thresholds,
	}
	if m.Abort != "" {
		f.Reasons = append(slices.Clone(f.Reasons), "the run was given up before it began: "+m.Abort)
	}
	if w.users >= 0 {
		f.Target = w.users
	}
	if f.Target == 0 {
		f.Target = m.Usage.UsersMax
	}
	if w.rate > 0 {
		f.Rate = w.rate
	}
	if m.Over {
		f.ExitCode = fleetExit(m)
	}
	for i := range m.Shards {
		f.Shards = append(f.Shards, shownShard(&m.Shards[i]))
	}
	return f
}

func (w *fleetWatch) state(m *fleet.Merged) string {
	switch {
	case m.Over:
		return live.Stopped
	case !m.Began:
		return live.Ready
	case w.stopping:
		return live.Stopping
	case m.Snapshot.At.IsZero(): // nothing was heard yet
		return live.Spawning
	}
	return live.Running
}

func shownShard(s *fleet.ShardState) live.Shard {
	return live.Shard{
		Index: s.Index, Host: s.Host, State: s.State, Users: s.Users, Requests: s.Requests, Failures: s.Failures, LagP99: s.LagP99,
		CPU: s.CPUShare, Skew: s.Skew, Missing: s.Missing, Verdict: s.Verdict, Why: strings.Join(s.Reasons, "; "),
	}
}

// tell says in the log what has become of shards since the state before.
func (w *fleetWatch) tell(m *fleet.Merged) {
	changed := map[string][]string{}
	for i := range m.Shards {
		s := &m.Shards[i]
		if w.merged != nil && w.merged.Shards[i].State == s.State || s.State == fleet.Waiting {
			continue
		}
		changed[s.State] = append(changed[s.State], named(s))
	}
	say := func(state string, log func(string, ...any), what string) {
		const mostNamed = 8
		if list := changed[state]; len(list) > mostNamed {
			log("%d shards %s: %s and others", len(list), what, strings.Join(list[:mostNamed], ", "))
		} else if len(list) > 0 {
			log("%s %s: %s", count(int64(len(list)), "shard"), what, strings.Join(list, ", "))
		}
	}
	say(fleet.Running, w.log.infof, "joined in the load")
	say(fleet.Absent, w.log.warnf, "never came, or too late")
	say(fleet.Dead, w.log.warnf, "died, as there is no sign of life")
	say(fleet.Ended, w.log.infof, "ended")
	if w.merged != nil && w.merged.Over == m.Over {
		return
	}
	switch {
	case m.Abort != "":
		w.log.errorf("the run was given up before it began: %s", m.Abort)
	case m.Over && m.Partial:
		w.log.warnf("the run is over and PARTIAL: %s; %.1f %% of the load is missing", m.Lost(), 100*m.Missing)
	case m.Over:
		w.log.infof("the run is over: %d requests, %s (exit code %d)", m.Snapshot.Total.Count, m.Verdict, fleetExit(m))
	case !m.Began:
		w.log.infof("the %d shards of the run wait for each other", m.Plan.Shards)
	}
}

func named(s *fleet.ShardState) string {
	switch {
	case s.Host == "":
		return fmt.Sprint(s.Index)
	case s.State == fleet.Ended && s.Exit != exitOK:
		return fmt.Sprintf("%d (process %d on %s, exit code %d)", s.Index, s.PID, s.Host, s.Exit)
	}
	return fmt.Sprintf("%d (process %d on %s)", s.Index, s.PID, s.Host)
}
