package load

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// flow runs a plan to its end, with ctx done after until if that is not 0.
func flow(t *testing.T, plan InflowPlan, serve func(int64) time.Duration, until time.Duration, set func(p *fakePool, f *Inflow)) (*fakePool, Counts) {
	t.Helper()
	var counts Counts
	p := inPool(t, serve, func(ctx context.Context, p *fakePool) {
		f := NewInflow(plan, p, p.notes(), newTimerPacer())
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		if until > 0 {
			time.AfterFunc(until, cancel)
		}
		if set != nil {
			set(p, f)
		}
		f.Run(ctx)
		p.took = time.Since(p.begun)
		counts = f.Counts()
		p.check(counts)
		if p.most > max(plan.First, plan.Most) {
			t.Errorf("%d users at once", p.most)
		}
		tally := f.Tally(time.Now())
		if tally.Planned != tally.Started+tally.Dropped+tally.Omitted || tally.Started != counts.Started {
			t.Errorf("%+v %+v", tally, counts)
		}
		if missing := counts.Dropped - tally.Dropped - tally.Omitted; missing != 0 && until == 0 {
			t.Errorf("%d dropped, %+v", counts.Dropped, tally)
		}
	})
	return p, counts
}

// constantRate and rampingRate are the plans of k6's executors, as docs/decisions/015-executors-of-k6.md has them.
func constantRate(rate float64, unit, length time.Duration) Plan {
	return Plan{Shape: Constant(rate/unit.Seconds(), length), Reach: true}
}

func rampingRate(from float64, unit time.Duration, stages ...RateStage) Plan {
	return Plan{Shape: Ramps(from, unit, stages), First: 1, Reach: true}
}

// planned are the times of a plan in milliseconds.
func planned(p Plan) (at []int64) {
	for a := p.arrivals(); ; {
		due, ok := a.next()
		if !ok {
			return at
		}
		at = append(at, due.Milliseconds())
	}
}

func TestArrivalRates(t *testing.T) {
	up := func(from, step, to int64) (at []int64) {
		for ; from <= to; from += step {
			at = append(at, from)
		}
		return at
	}
	tests := []struct {
		name string
		plan Plan
		want []int64
	}{
		{"constant: the first at once, the last at the very end (seen)", constantRate(10, sec, 2*sec), up(0, 100, 2000)},
		{"3 a second (seen)", constantRate(3, sec, sec), []int64{0, 333, 666, 1000}},
		{"per minute", constantRate(30, time.Minute, 5*sec), []int64{0, 2000, 4000}},
		{"ramping: the first when one is full (seen)", rampingRate(10, sec, RateStage{2 * sec, 10}), up(100, 100, 2000)},
		{"a pause, and jumps (seen)", rampingRate(10, sec, RateStage{sec, 10}, RateStage{0, 0}, RateStage{sec, 0}, RateStage{0, 5}, RateStage{sec, 5}),
			append(up(100, 100, 1000), 2200, 2400, 2600, 2800, 3000)},
		{"from 0 up", rampingRate(0, sec, RateStage{2 * sec, 4}), []int64{1000, 1414, 1732, 2000}},                                                       // t = sqrt(n)
		{"up and down per minute", rampingRate(0, time.Minute, RateStage{2 * sec, 240}, RateStage{sec, 0}), []int64{1000, 1414, 1732, 2000, 2292, 3000}}, // 3 - sqrt((6-n)/2)
		{"what is left of one stage goes on in the next", rampingRate(1, sec, RateStage{1500 * ms, 1}, RateStage{0, 2}, RateStage{sec, 2}), []int64{1000, 1750, 2250}},
		{"nothing but jumps", rampingRate(10, sec, RateStage{0, 20}), nil},
		{"no rate", rampingRate(0, sec, RateStage{sec, 0}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := planned(tt.plan); !slices.Equal(got, tt.want) {
				t.Errorf("got %v\nwant %v", got, tt.want)
			}
		})
	}
}

// Long plans neither lose a start nor have one too many.
func TestArrivalRatesCount(t *testing.T) {
	for range 300 {
		area := 0.0
		from := float64(rand.IntN(100))
		last := from
		var stages []RateStage
		for range 1 + rand.IntN(6) {
			s := RateStage{time.Duration(rand.IntN(20)) * sec, float64(rand.IntN(100))}
			area += (last + s.To) / 2 * s.For.Seconds() // whole numbers and halves: exact
			last = s.To
			stages = append(stages, s)
		}
		at := planned(rampingRate(from, sec, stages...))
		if got := len(at); got != int(area) || !slices.IsSorted(at) {
			t.Errorf("from %v by %v: %d starts, want %v", from, stages, got, area)
		}
	}
}

func TestInflow(t *testing.T) {
	tests := []struct {
		name  string
		plan  InflowPlan
		takes time.Duration
		want  string
	}{
		{"in time", InflowPlan{Plan: constantRate(2, sec, sec), First: 1, GracefulStop: grace}, 100 * ms, "0+0 100-0 500+0 600-0 1000+0 1100-0"},
		{"users take turns (seen)", InflowPlan{Plan: constantRate(4, sec, sec), First: 3, GracefulStop: grace}, 100 * ms,
			"0+0 100-0 250+1 350-1 500+2 600-2 750+0 850-0 1000+1 1100-1"},
		{"each drop makes a user, for the next one (seen)", InflowPlan{Plan: constantRate(20, sec, 300*ms), First: 1, Most: 3, GracefulStop: grace}, 2 * sec,
			"0+0 50*1 100+1 150*1 200+2 250*1 250=3 300*1 2000-0 2100-1 2200-2"},
		{"graceful stop", InflowPlan{Plan: constantRate(1, sec, sec), First: 2, GracefulStop: 2 * sec}, 2500 * ms, "0+0 1000+1 2500-0 3000!1"},
		{"no graceful stop", InflowPlan{Plan: constantRate(1, sec, 1500*ms), First: 2}, 700 * ms, "0+0 700-0 1000+1 1500!1"},
		{"who waits instead", InflowPlan{Plan: constantRate(2, sec, 2*sec), First: 1, Wait: true, GracefulStop: grace}, 700 * ms,
			"0+0 700-0 700+0 1400-0 1400+0 2100-0 2100*2"},
		{"who waits gets a user more in time", InflowPlan{Plan: constantRate(2, sec, sec), First: 1, Most: 2, Wait: true, GracefulStop: grace}, 700 * ms,
			"0+0 500+1 700-0 1000+0 1200-1 1700-0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := flow(t, tt.plan, each(tt.takes), 0, func(p *fakePool, _ *Inflow) {
				p.build = func(place int) time.Duration { return time.Duration(place) } // one after the other
			})
			if got, want := p.events(), sorted(t, tt.want); got != want {
				t.Errorf("got %s\nwant %s", got, want)
			}
		})
	}
}

// 10 a second for 2 s with 2 users whose iterations of 0.4 s take a little longer, as they do: 9 done, 12 dropped (seen).
func TestInflowDrops(t *testing.T) {
	plan := InflowPlan{Plan: constantRate(10, sec, 2*sec), First: 2, Most: 2, GracefulStop: grace}
	p, counts := flow(t, plan, each(401*ms), 0, nil)
	if counts.Completed != 9 || counts.Dropped != 12 || strings.Count(p.events(), "=2") != 1 {
		t.Errorf("%+v %s", counts, p.events())
	}
	if lag := slices.Max(p.lags); lag > 0 {
		t.Errorf("the generator is blamed for %s", lag)
	}
}

// What had to wait keeps its planned time, and the generator is not blamed for it.
func TestInflowPlannedTimes(t *testing.T) {
	p, _ := flow(t, InflowPlan{Plan: constantRate(4, sec, sec), First: 1, Wait: true, GracefulStop: grace}, each(400*ms), 0, nil)
	var at []int64
	for _, s := range p.starts {
		at = append(at, s.Planned.Sub(p.begun).Milliseconds())
	}
	if want := []int64{0, 250, 500}; !slices.Equal(at, want) || slices.Max(p.lags) > 0 {
		t.Errorf("planned at %v, lags %v", at, p.lags)
	}
}

func TestInflowHardStop(t *testing.T) {
	for _, wait := range []bool{false, true} {
		p, counts := flow(t, InflowPlan{Plan: constantRate(2, sec, 10*sec), First: 2, Wait: wait, GracefulStop: grace}, each(9*sec), 700*ms, nil)
		if got, want := p.events(), "0+0 500+1 700!0 700!1"; got != want && got != "0+1 500+0 700!0 700!1" || counts.Dropped != 0 {
			t.Errorf("got %s\nwant %s; %+v", got, want, counts)
		}
	}
	// In the time after the end.
	p, _ := flow(t, InflowPlan{Plan: constantRate(1, sec, 500*ms), First: 1, GracefulStop: grace}, each(9*sec), 2*sec, nil)
	if got, want := p.events(), "0+0 2000!0"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// A plan begins when its first users are there, and there is none where none can be had.
func TestInflowSlowToMake(t *testing.T) {
	p, counts := flow(t, InflowPlan{Plan: constantRate(10, sec, sec), First: 50, Most: 60, GracefulStop: grace}, each(2*sec), 0, func(p *fakePool, f *Inflow) {
		p.build = func(int) time.Duration { return 100 * ms }
		time.AfterFunc(50*ms, func() {
			if !f.Began().IsZero() || f.Progress(time.Now()) != 0 {
				t.Errorf("begun %s", f.Began())
			}
		})
	})
	if counts.Completed != 11 || counts.Dropped != 0 || slices.Max(p.lags) > 0 || p.takes != 50 {
		t.Errorf("%+v, %d users, %v", counts, p.takes, p.lags)
	}
	_, counts = flow(t, InflowPlan{Plan: constantRate(10, sec, sec), First: 5, GracefulStop: grace}, each(sec), 0, func(p *fakePool, _ *Inflow) {
		p.build = func(int) time.Duration { return -1 }
	})
	if counts.Started != 0 || counts.Dropped != 11 {
		t.Errorf("%+v", counts)
	}
}

func TestInflowProgress(t *testing.T) {
	flow(t, InflowPlan{Plan: rampingRate(0, sec, RateStage{2 * sec, 10}), First: 1, GracefulStop: grace}, each(9*sec), 0, func(_ *fakePool, f *Inflow) {
		for at, want := range map[time.Duration]float64{sec: 0.5, 1500 * ms: 0.75, 3 * sec: 1} {
			time.AfterFunc(at, func() {
				if got := f.Progress(time.Now()); got != want {
					t.Errorf("%s: %v, want %v", at, got, want)
				}
			})
		}
		time.AfterFunc(1500*ms, func() {
			if got := f.Level(time.Now()); got != 7.5 {
				t.Errorf("rate %v", got)
			}
		})
	})
}

// Whatever the plan and the users do, what was asked for was begun or dropped.
func TestInflowInChaos(t *testing.T) {
	for i := range 200 {
		var stages []RateStage
		for range 1 + rand.IntN(4) {
			stages = append(stages, RateStage{time.Duration(rand.Int64N(int64(2 * sec))), float64(rand.IntN(200))})
		}
		plan := InflowPlan{Plan: rampingRate(float64(rand.IntN(100)), sec, stages...), First: rand.IntN(10), Most: 1 + rand.IntN(30), GracefulStop: time.Duration(rand.Int64N(int64(sec))), Wait: i%2 == 0}
		until := time.Duration(0)
		if i%3 == 0 {
			until = 1 + time.Duration(rand.Int64N(int64(plan.Plan.Shape.Length())+int64(sec)))
		}
		slow := 1 + rand.Int64N(int64(300*ms))
		_, counts := flow(t, plan, func(int64) time.Duration { return time.Duration(rand.Int64N(slow)) }, until, func(p *fakePool, _ *Inflow) {
			if i%4 == 0 {
				p.build = func(int) time.Duration { return time.Duration(rand.Int64N(int64(50 * ms))) }
			}
		})
		if want := len(planned(plan.Plan)); until == 0 && counts.Started+counts.Dropped != int64(want) {
			t.Errorf("%+v: %+v, want %d", plan, counts, want)
		}
	}
}
