package stats

import (
	"testing"
	"time"
)

// Both lags add up where both are known; a request of which neither is known has none, and one without a plan has no
// late start.
func TestLags(t *testing.T) {
	r := NewRecorder(t0, Options{})
	base := sampleAt("/a", time.Second, 20*milli)
	planned := base
	planned.Planned, planned.StartLag = base.Sent.Add(-5*milli), 3*milli
	both := planned
	both.Stamped, both.WakeLag = true, 4*milli
	woken := base
	woken.Stamped, woken.WakeLag = true, time.Millisecond
	woken.StartLag = time.Hour // means nothing without a plan
	collected := woken         // before there is a plan; a snapshot has it by then
	collected.Name, collected.WakeLag = "/b", 2*milli
	r.Record(collected)
	r.Collect(t0.Add(time.Second), 1)
	for _, s := range []Sample{woken, base, planned, both} {
		r.Record(s)
	}
	s := r.Collect(t0.Add(2*time.Second), 1)
	lag := s.Rows[0].Lag
	if lag.Count != 3 || lag.Min != milli || lag.Max != 7*milli || lag.Sum != 11*milli {
		t.Errorf("%+v", lag)
	}
	if all := s.Total.Lag; all.Count != 4 || all.Sum != 13*milli {
		t.Errorf("total: %+v", all)
	}
	if s.StartLag.Count != 2 || s.StartLag.Sum != 6*milli || s.WakeLag.Count != 3 || s.WakeLag.Sum != 7*milli {
		t.Errorf("start %+v, wake %+v", s.StartLag, s.WakeLag)
	}
	if s.Waited != 4*milli { // 5 ms late, of which 3 ms are the generator's, twice
		t.Errorf("waited %v", s.Waited)
	}
	if s.Rows[0].Stamped != 2 || s.Total.Stamped != 3 {
		t.Errorf("stamped: %d, %d", s.Rows[0].Stamped, s.Total.Stamped)
	}
	r.Reset(t0.Add(2 * time.Second))
	if s := r.Collect(t0.Add(3*time.Second), 1); s.Total.Lag.Count+s.StartLag.Count+s.WakeLag.Count+s.Total.Stamped != 0 {
		t.Errorf("after a reset: %+v", s.Total)
	}
}

// Without a plan the wake-ups are all the lag that there is.
func TestLagOfAClosedRun(t *testing.T) {
	r := NewRecorder(t0, Options{})
	s := sampleAt("/a", time.Second, 20*milli)
	s.Stamped, s.WakeLag = true, 2*milli
	r.Record(s)
	got := r.Collect(t0.Add(2*time.Second), 1)
	if got.StartLag.Count != 0 || got.WakeLag != got.Total.Lag || got.WakeLag.Sum != 2*milli {
		t.Errorf("start %+v, wake %+v, all %+v", got.StartLag, got.WakeLag, got.Total.Lag)
	}
}

func TestPhases(t *testing.T) {
	r := NewRecorder(t0, Options{})
	fresh, kept := sampleAt("/a", time.Second, 20*milli), sampleAt("/b", time.Second, 20*milli)
	fresh.Phases = Phases{DNS: milli, Connect: 2 * milli, TLS: 3 * milli, Send: 400, Wait: 5 * milli, Receive: 6 * milli}
	kept.Phases = Phases{Send: 1600, Wait: 7 * milli, Receive: 2 * time.Hour}
	r.Record(fresh)
	r.Record(kept)
	got := r.Collect(t0.Add(2*time.Second), 1).Total.Phases
	want := [phaseCount]PhaseTimes{
		{Count: 1, Sum: milli, Max: milli}, {Count: 1, Sum: 2 * milli, Max: 2 * milli}, {Count: 1, Sum: 3 * milli, Max: 3 * milli},
		{Count: 2, Sum: 3 * time.Microsecond, Max: 2 * time.Microsecond}, // 0.4 and 1.6 us, each rounded, and never to nothing
		{Count: 2, Sum: 12 * milli, Max: 7 * milli},
		{Count: 2, Sum: time.Hour + 6*milli, Max: time.Hour}, // as with all times, what is beyond an hour is an hour
	}
	for i := range got { // TestPhasePercentiles
		got[i].P50, got[i].P99 = 0, 0
	}
	if got != want {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
	if mean := got[4].Mean(); mean != 6*milli {
		t.Errorf("mean %v", mean)
	}
}

const milli = time.Millisecond
