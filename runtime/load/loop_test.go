package load

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

const grace = 30 * time.Second // k6's default for both

// loop runs a plan to its end, with ctx done after until if that is not 0.
func loop(t *testing.T, plan LoopPlan, serve func(int64) time.Duration, until time.Duration, set func(p *fakePool, l *Loop)) (*fakePool, Counts) {
	t.Helper()
	var counts Counts
	p := inPool(t, serve, func(ctx context.Context, p *fakePool) {
		l := NewLoop(plan, p, p.notes())
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		if until > 0 {
			time.AfterFunc(until, cancel)
		}
		if set != nil {
			set(p, l)
		}
		l.Run(ctx)
		p.took = time.Since(p.begun)
		counts = l.Counts()
		p.check(counts)
		if set == nil && p.most > plan.Levels.Max() {
			t.Errorf("%d users at once, %d are planned", p.most, plan.Levels.Max())
		}
	})
	return p, counts
}

// The executors of k6 whose users loop. What is marked as seen is what k6 v2.2.1 did with the same scenario.
func TestLoopExecutors(t *testing.T) {
	tests := []struct {
		name  string
		plan  LoopPlan
		takes time.Duration
		want  string
	}{
		{"constant-vus", LoopPlan{Levels: Hold(2, sec), GracefulStop: grace}, 400 * ms,
			"0+0 0+1 400-0 400+0 400-1 400+1 800-0 800+0 800-1 800+1 1200-0 1200-1"},
		{"constant-vus: the iteration of 1.7 s is finished (seen)", LoopPlan{Levels: Hold(1, sec), GracefulStop: 2 * sec}, 1700 * ms, "0+0 1700-0"},
		{"constant-vus: nothing begins at the very end", LoopPlan{Levels: Hold(1, sec), GracefulStop: grace}, 500 * ms, "0+0 500-0 500+0 1000-0"},
		{"constant-vus: graceful stop", LoopPlan{Levels: Hold(1, sec), GracefulStop: 2 * sec}, 5 * sec, "0+0 3000!0"},
		{"constant-vus: no graceful stop", LoopPlan{Levels: Hold(1, sec)}, 600 * ms, "0+0 600-0 600+0 1000!0"},
		{"ramping-vus: lowest first, highest last", LoopPlan{Levels: Levels{1, []LevelStage{{2 * sec, 3}, {sec, 3}, {3 * sec, 0}}}, GracefulStop: grace, GracefulRampDown: grace}, 1100 * ms,
			"0+0 1000+1 1100-0 1100+0 2000+2 2100-1 2100+1 2200-0 2200+0 3100-2 3100+2 3200-1 3200+1 3300-0 3300+0 4200-2 4300-1 4300+1 4400-0 4400+0 5400-1 5500-0 5500+0 6600-0"},
		{"ramping-vus: gracefulRampDown 0 interrupts (seen)", LoopPlan{Levels: Levels{0, []LevelStage{{sec, 2}, {sec, 0}}}, GracefulStop: grace}, 5 * sec,
			"500+0 1500!1 2000!0 1000+1"},
		{"ramping-vus: also who leaves at the very end (seen)", LoopPlan{Levels: Levels{1, []LevelStage{{sec, 0}}}, GracefulStop: grace}, 2 * sec, "0+0 1000!0"},
		{"ramping-vus: and by a jump (seen)", LoopPlan{Levels: Levels{1, []LevelStage{{sec, 1}, {0, 0}}}, GracefulStop: grace}, 2 * sec, "0+0 1000!0"},
		{"ramping-vus: gracefulStop cuts gracefulRampDown short (seen)", LoopPlan{Levels: Levels{2, []LevelStage{{2 * sec, 0}}}, GracefulStop: sec, GracefulRampDown: grace}, 9 * sec,
			"0+0 0+1 3000!0 3000!1"},
		{"ramping-vus: gracefulRampDown alone (seen)", LoopPlan{Levels: Levels{2, []LevelStage{{sec, 1}, {3 * sec, 1}}}, GracefulStop: 3 * sec, GracefulRampDown: 2 * sec}, 9 * sec,
			"0+0 0+1 3000!1 7000!0"},
		{"ramping-vus: asked back in time, a user just goes on (seen)", LoopPlan{Levels: Levels{2, []LevelStage{{sec, 2}, {0, 1}, {sec, 1}, {0, 2}, {2 * sec, 2}}}, GracefulStop: grace, GracefulRampDown: grace}, 2500 * ms,
			"0+0 0+1 2500-0 2500+0 2500-1 2500+1 5000-0 5000-1"},
		{"ramping-vus: and after it was interrupted begins anew (seen)", LoopPlan{Levels: Levels{2, []LevelStage{{sec, 2}, {0, 1}, {sec, 1}, {0, 2}, {2 * sec, 2}}}, GracefulStop: grace, GracefulRampDown: 500 * ms}, 2500 * ms,
			"0+0 0+1 1500!1 2000+1 2500-0 2500+0 4500-1 5000-0"},
		{"per-vu-iterations", LoopPlan{Levels: Hold(2, 10*time.Minute), Each: 2, GracefulStop: grace}, sec, "0+0 0+1 1000-0 1000+0 1000-1 1000+1 2000-0 2000-1"},
		{"per-vu-iterations: 3 of 5 (seen)", LoopPlan{Levels: Hold(1, sec), Each: 5, GracefulStop: grace}, 400 * ms, "0+0 400-0 400+0 800-0 800+0 1200-0 1200*2"},
		{"per-vu-iterations: what was interrupted was not dropped (seen)", LoopPlan{Levels: Hold(2, sec), Each: 3}, 2 * sec, "0+0 0+1 1000!0 1000!1 1000*2 1000*2"},
		{"shared-iterations", LoopPlan{Levels: Hold(2, 10*time.Minute), Total: 4, GracefulStop: grace}, sec, "0+0 0+1 1000-0 1000+0 1000-1 1000+1 2000-0 2000-1"},
		{"shared-iterations: 6 of 10 (seen)", LoopPlan{Levels: Hold(2, sec), Total: 10, GracefulStop: grace}, 400 * ms,
			"0+0 0+1 400-0 400+0 400-1 400+1 800-0 800+0 800-1 800+1 1200-0 1200-1 1200*4"},
		{"shared-iterations: what was interrupted was not dropped (seen)", LoopPlan{Levels: Hold(2, sec), Total: 5}, 2 * sec, "0+0 0+1 1000!0 1000!1 1000*3"},
		{"nobody at all", LoopPlan{Levels: Hold(0, sec)}, sec, ""},
		{"no time at all", LoopPlan{}, sec, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := loop(t, tt.plan, each(tt.takes), 0, nil)
			if got, want := p.events(), sorted(t, tt.want); got != want {
				t.Errorf("got %s\nwant %s", got, want)
			}
		})
	}
}

// Users are not shared out evenly: who is quicker makes more of the shared iterations.
func TestLoopSharedIsNotEven(t *testing.T) {
	p, counts := loop(t, LoopPlan{Levels: Hold(2, time.Minute), Total: 6}, func(n int64) time.Duration {
		if n == 0 {
			return 5 * sec
		}
		return sec
	}, 0, nil)
	if counts.Completed != 6 || time.Duration(len(p.log)) != 12 {
		t.Errorf("%+v %s", counts, p.events())
	}
}

func TestLoopHardStop(t *testing.T) {
	for name, plan := range map[string]LoopPlan{
		"constant": {Levels: Hold(2, 10*sec), GracefulStop: grace},
		"each":     {Levels: Hold(2, 10*sec), GracefulStop: grace, Each: 10},
		"total":    {Levels: Hold(2, 10*sec), GracefulStop: grace, Total: 10},
		"ramp":     {Levels: Levels{3, []LevelStage{{0, 2}, {10 * sec, 2}}}, GracefulStop: grace, GracefulRampDown: grace},
	} {
		p, counts := loop(t, plan, each(2*sec), 3*sec, nil)
		if got, want := p.events(), "0+0 0+1 2000-0 2000+0 2000-1 2000+1 3000!0 3000!1"; got != want || counts.Dropped != 0 {
			t.Errorf("%s: got %s\nwant %s; %+v", name, got, want, counts)
		}
	}
	// In the time after the end.
	p, _ := loop(t, LoopPlan{Levels: Hold(1, sec), GracefulStop: grace}, each(9*sec), 2*sec, nil)
	if got, want := p.events(), "0+0 2000!0"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// A user that is being made when its time is over does not work.
func TestLoopSlowToMake(t *testing.T) {
	slow := func(p *fakePool, _ *Loop) {
		p.build = func(place int) time.Duration { return time.Duration(place) * 2 * sec }
	}
	p, _ := loop(t, LoopPlan{Levels: Hold(3, 3*sec), GracefulStop: grace}, each(2*sec), 0, slow)
	if got, want := p.events(), "0+0 2000-0 2000+0 2000+1 4000-0 4000-1"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	p, _ = loop(t, LoopPlan{Levels: Hold(3, 30*sec), GracefulStop: grace}, each(2*sec), 3*sec, slow)
	if got, want := p.events(), "0+0 2000-0 2000+0 2000+1 3000!0 3000!1"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// Where there is no worker to have the others go on; when there is none at all it is over.
func TestLoopWithoutWorkers(t *testing.T) {
	none := func(from int) func(p *fakePool, _ *Loop) {
		return func(p *fakePool, _ *Loop) {
			p.build = func(place int) time.Duration { return time.Duration(-max(0, place+1-from)) }
		}
	}
	p, _ := loop(t, LoopPlan{Levels: Hold(3, sec), Each: 2}, each(400*ms), 0, none(1))
	if got, want := p.events(), "0+0 400-0 400+0 800-0 800*4"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	p, _ = loop(t, LoopPlan{Levels: Hold(3, sec)}, each(400*ms), 0, none(0))
	if got := p.events(); got != "" || p.took > 0 {
		t.Errorf("got %s after %s", got, p.took)
	}
}

// k6's externally-controlled of v1, and what a live view may do.
func TestLoopSetVUs(t *testing.T) {
	p, counts := loop(t, LoopPlan{Levels: Hold(1, 0), Most: 3, GracefulStop: grace, GracefulRampDown: sec}, each(600*ms), 10*sec, func(p *fakePool, l *Loop) {
		go func() {
			set := func(n int) {
				if err := l.SetVUs(n); err != nil {
					t.Error(err)
				}
			}
			time.Sleep(sec)
			set(3)
			time.Sleep(500 * ms)
			set(1)
			time.Sleep(500 * ms)
			set(0)
			time.Sleep(sec)
			synctest.Wait()
			if got := l.Counts().Active; got != 0 {
				t.Errorf("%d users", got)
			}
			time.Sleep(6500 * ms)
			set(1)
			for _, n := range []int{-1, 4} {
				if l.SetVUs(n) == nil {
					t.Errorf("%d users are taken", n)
				}
			}
		}()
	})
	want := "0+0 600-0 600+0 1000+1 1000+2 1200-0 1200+0 1600-1 1600-2 1800-0 1800+0 2400-0 9500+0 10000!0"
	if got := p.events(); got != want || counts.Completed != 6 {
		t.Errorf("got %s\nwant %s; %+v", got, want, counts)
	}
}

func TestLoopProgress(t *testing.T) {
	for name, tt := range map[string]struct {
		plan LoopPlan
		want []float64 // after 0.5, 1.5 and 2.3 s of iterations of 1.2 s
	}{
		"time":   {LoopPlan{Levels: Hold(2, 2*sec), GracefulStop: grace}, []float64{0.25, 0.75, 1}},
		"total":  {LoopPlan{Levels: Hold(2, 2*sec), Total: 8, GracefulStop: grace}, []float64{0, 0.25, 0.25}},
		"of all": {LoopPlan{Levels: Hold(2, 2*sec), Each: 4, GracefulStop: grace}, []float64{0, 0.25, 1}},
	} {
		loop(t, tt.plan, each(1200*ms), 0, func(_ *fakePool, l *Loop) {
			if got := l.Progress(time.Now()); got != 0 || !l.Began().IsZero() {
				t.Errorf("%s: %v before the beginning", name, got)
			}
			for i, at := range []time.Duration{500 * ms, 1500 * ms, 2300 * ms} {
				time.AfterFunc(at, func() {
					if got := l.Progress(time.Now()); got != tt.want[i] {
						t.Errorf("%s after %s: %v, want %v", name, at, got, tt.want[i])
					}
				})
			}
		})
	}
}

// Whatever the plan and the users do: nobody works who should have been
// interrupted, nobody is missing, and the counts add up.
func TestLoopInChaos(t *testing.T) {
	for i := range 300 {
		plan := LoopPlan{Most: 8, GracefulStop: time.Duration(rand.Int64N(int64(2 * sec))), GracefulRampDown: time.Duration(rand.Int64N(int64(2 * sec)))}
		plan.Levels.Start = rand.IntN(6)
		for range 1 + rand.IntN(5) {
			plan.Levels.Stages = append(plan.Levels.Stages, LevelStage{time.Duration(rand.Int64N(int64(3 * sec))), rand.IntN(6)})
		}
		if rand.IntN(4) == 0 {
			plan.Total = rand.Int64N(30)
		} else if rand.IntN(4) == 0 {
			plan.Each = rand.Int64N(10)
		}
		until := time.Duration(0)
		if i%3 == 0 {
			until = 1 + time.Duration(rand.Int64N(int64(plan.Levels.Length())+int64(sec)))
		}
		slow := int64(ms) + rand.Int64N(int64(3*sec))
		live := i%5 == 0
		p, counts := loop(t, plan, func(int64) time.Duration { return time.Duration(rand.Int64N(slow)) }, until, func(p *fakePool, l *Loop) {
			if i%2 == 0 {
				p.build = func(int) time.Duration { return time.Duration(rand.Int64N(int64(500 * ms))) }
			}
			for range 20 {
				at := time.Duration(rand.Int64N(int64(plan.Levels.Length()) + 1))
				time.AfterFunc(at, func() {
					if live {
						_ = l.SetVUs(rand.IntN(9))
						return
					}
					active, reserved := l.Counts().Active, l.Reserved(at)
					if active > reserved+1 { // one may be leaving just now
						t.Errorf("%+v: %d users at %s, %d are reserved", plan, active, at, reserved)
					}
					level, _ := plan.Levels.At(at)
					if active < level && at < plan.Levels.Length() && p.build == nil && plan.Total+plan.Each == 0 && until == 0 {
						t.Errorf("%+v: %d users at %s, not %d", plan, active, at, level)
					}
				})
			}
		})
		if late := p.took - plan.Levels.Length() - plan.GracefulStop; late > 500*ms { // somebody may have been made just then
			t.Errorf("%+v: took %s", plan, p.took)
		}
		if want := counts.Started + counts.Dropped; until == 0 && !live {
			if plan.Total > 0 && want != plan.Total || plan.Each > 0 && want != plan.Each*int64(plan.Levels.Max()) {
				t.Errorf("%+v: %+v", plan, counts)
			}
		}
	}
}
