package load

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// walked is what a stream of a class gives until end, when the shape is changed at the given times.
func walked(p Plan, weights []float64, class int, ahead time.Duration, changes []change) (due []time.Duration) {
	s := p.stream(weights, class, Shard{})
	for _, c := range append(changes, change{at: p.Shape.Length()}) {
		// A stream may be behind the clock, when starts wait, or just beyond it; never further.
		for s.more && s.due <= c.at-ahead {
			due = append(due, s.due)
			s.advance()
		}
		p.Shape = p.Shape.Change(c.at, c.rate)
		s.reshape(c.at, p.when())
	}
	for ; s.more; s.advance() {
		due = append(due, s.due)
	}
	return due
}

type change struct {
	at   time.Duration
	rate float64
}

// Wherever a stream is when the rate changes, it has the starts of the changed shape: none twice, none lost, the same
// for all streams of the plan.
func TestChangeOfStreams(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		p := Plan{Shape: Constant(1+100*r.Float64(), 30*sec), Poisson: r.IntN(2) == 0, Seed: r.Uint64()}
		if r.IntN(3) == 0 {
			p.Shape = Shape{{0, 50 * r.Float64(), 10 * sec}, {20, 20, 20 * sec}}
		}
		var changes []change
		for at := time.Duration(1 + r.Int64N(int64(10*sec))); at < 30*sec; at += 1 + time.Duration(r.Int64N(int64(10*sec))) {
			changes = append(changes, change{at, float64(r.IntN(4)) * 40 * r.Float64()})
		}
		final := p
		for _, c := range changes {
			final.Shape = final.Shape.Change(c.at, c.rate)
		}
		weights := []float64{3, 1, 0.5}
		for class := range weights {
			var want []time.Duration
			for s := final.stream(weights, class, Shard{}); s.more; s.advance() {
				want = append(want, s.due)
			}
			for _, behind := range []time.Duration{0, sec} {
				got := walked(p, weights, class, behind, changes)
				if len(got) != len(want) {
					t.Fatalf("%d starts, want %d (%d changes)", len(got), len(want), len(changes))
				}
				for i := range got {
					if d := got[i] - want[i]; d > time.Microsecond || d < -time.Microsecond {
						t.Fatalf("start %d is due at %s, want %s", i, got[i], want[i])
					}
				}
			}
		}
	}
}

// The number of starts after a change is that of its rate; those before are as planned, and a plan that had no start
// left gets new ones.
func TestOpenChange(t *testing.T) {
	r := openPlan(t, Plan{Shape: Constant(1, 4*sec)}, oneClass, 10, 2*sec, func(o *openRun) {
		o.serve = func(_, n int) time.Duration {
			if n == 1 { // at 1 s, within the plan's goroutines
				if err := o.Change(time.Now(), 4); err != nil {
					t.Error(err)
				}
				if level := o.Level(time.Now()); level != 4 {
					t.Errorf("the level is %v", level)
				}
			}
			return ms
		}
	})
	// At 1 s one start was due; the next, which was due at 2 s, is due when the area has grown by one: 250 ms later.
	if got, want := r.events(2000), "A0>0 A1000>1000 A1250>1250 A1500>1500 A1750>1750 A2000>2000"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for _, rate := range []float64{-1, math.NaN(), math.Inf(1)} {
		if r.Change(time.Now(), rate) == nil {
			t.Errorf("a rate of %v was taken", rate)
		}
	}
	if r.Change(time.Now(), 1) == nil {
		t.Error("a plan that is over was changed")
	}
}

// A rate of 0 is a pause.
func TestOpenPause(t *testing.T) {
	r := openPlan(t, Plan{Shape: Constant(2, 5*sec)}, oneClass, 10, 0, func(o *openRun) {
		o.serve = func(_, n int) time.Duration {
			rate := map[int]float64{1: 0}
			if to, ok := rate[n]; ok {
				if err := o.Change(time.Now(), to); err != nil {
					t.Error(err)
				}
				time.AfterFunc(2*sec, func() {
					if err := o.Change(time.Now(), 1); err != nil {
						t.Error(err)
					}
				})
			}
			return ms
		}
	})
	if got, want := r.events(5000), "A0>0 A500>500 A3500>3500 A4500>4500"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if slices.Max(r.lags) > 0 {
		t.Error("late")
	}
}

// A shard that has no part in a class has none after a change either.
func TestChangeOfIdleShard(t *testing.T) {
	p := Plan{Shape: Constant(10, 10*sec), Shard: Shard{2, 3}}
	o := NewOpen(p, oneClass, 1, newTimerPacer(), func(int) { t.Error("a user was made") }, func() {})
	begin := time.Now()
	o.Begin(begin)
	if err := o.Change(begin.Add(sec), 100); err != nil {
		t.Error(err)
	}
	if tally := o.Tally(begin.Add(5 * sec)); tally.Planned != 0 {
		t.Errorf("%+v", tally)
	}
}
