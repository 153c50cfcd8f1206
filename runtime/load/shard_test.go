package load

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const mostShards = 16

// shards are all shards of a load that is made by of processes.
func shards(of int) (all []Shard) {
	for i := range of {
		all = append(all, Shard{i, of})
	}
	return all
}

func TestShardsDealEverythingOnce(t *testing.T) {
	for of := 1; of <= mostShards; of++ {
		for users := range 20 { // with fewer users than shards some shards get nothing
			var numbers []int64
			counted := int64(0)
			for _, s := range shards(of) {
				s = s.turned(users).among(users)
				counted += s.Count(100)
				for own := range s.Count(100) {
					numbers = append(numbers, s.Number(own))
					if !s.Owns(s.Number(own)) {
						t.Errorf("%+v does not own its number %d", s, own)
					}
				}
			}
			slices.Sort(numbers)
			if counted != 100 || len(slices.Compact(numbers)) != 100 || numbers[99] != 99 {
				t.Fatalf("%d shards, %d users: %v", of, users, numbers)
			}
		}
	}
}

func TestShardCheck(t *testing.T) {
	for s, ok := range map[Shard]bool{{}: true, {0, 1}: true, {2, 3}: true, {3, 3}: false, {-1, 3}: false, {1, 0}: false} {
		if err := s.Check(); (err == nil) != ok {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// dueStart is a start of a schedule.
type dueStart struct {
	due   time.Duration
	class int
}

// schedule is all starts of a plan that a shard makes, in order.
func schedule(p Plan, classes []Class, s Shard) (all []dueStart) {
	p.Shard = s
	o := NewOpen(p, classes, 1000, newTimerPacer(), nil, nil)
	for class, q := range o.queues {
		for ; q.next.more; q.next.advance() {
			all = append(all, dueStart{q.next.due, class})
		}
	}
	o.pacer.Close()
	sortStarts(all)
	return all
}

func sortStarts(all []dueStart) {
	slices.SortFunc(all, func(a, b dueStart) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.class, b.class)) })
}

// The schedules of all shards together are that of one process, to the nanosecond, and no shard has more than its share.
func TestShardsMakeOneSchedule(t *testing.T) {
	ramp := Ramps(2, time.Second, []RateStage{{10 * sec, 30}, {0, 0}, {5 * sec, 0}, {0, 7}, {20 * sec, 1}})
	plans := map[string]Plan{
		"uniform":            {Shape: Constant(17.3, 20*sec)},
		"ramp with a pause":  {Shape: ramp},
		"k6's":               {Shape: ramp, First: 1, Reach: true},
		"k6's constant rate": constantRate(30, sec, 10*sec),
		"poisson":            {Shape: Constant(25, 20*sec), Poisson: true, Seed: 7},
		"poisson ramp":       {Shape: ramp, Poisson: true, Seed: rand.Uint64()},
		"slow":               {Shape: Constant(0.1, 50*sec)},
	}
	mixes := map[string][]Class{
		"one class": oneClass, "two equal": {{"A", 1, 0}, {"B", 1, 0}},
		"weights": {{"A", 5, 0}, {"B", 0, 0}, {"C", 1, 0}, {"D", 0.3, 0}},
	}
	for name, plan := range plans {
		for mix, classes := range mixes {
			want := schedule(plan, classes, Shard{})
			if len(want) < 5 {
				t.Fatalf("%s, %s: only %d starts", name, mix, len(want))
			}
			for of := 1; of <= mostShards; of++ {
				var got []dueStart
				for _, s := range shards(of) {
					own := schedule(plan, classes, s)
					if most := len(want)/of + 2*len(classes); len(own) > most {
						t.Errorf("%s, %s: shard %+v has %d of %d starts", name, mix, s, len(own), len(want))
					}
					got = append(got, own...)
				}
				sortStarts(got)
				if !slices.Equal(got, want) {
					t.Fatalf("%s, %s: %d shards make\n%v\nwant\n%v", name, mix, of, got, want)
				}
			}
		}
	}
}

// Two classes of equal weight would get a shard each if all starts were dealt together.
func TestShardsShareClasses(t *testing.T) {
	for _, s := range shards(2) {
		var n [2]int
		for _, start := range schedule(Plan{Shape: Constant(10, 10*sec)}, []Class{{"A", 1, 0}, {"B", 1, 0}}, s) {
			n[start.class]++
		}
		if n != [2]int{25, 25} {
			t.Errorf("shard %d makes %v starts", s.Index, n)
		}
	}
}

// The users that there may be are those of one process, also if there are fewer than shards; and who has none gets no start.
func TestShardsShareUsers(t *testing.T) {
	classes := []Class{{"A", 3, 0}, {"B", 1, 0}}
	for of := 1; of <= mostShards; of++ {
		for _, most := range []int{1, 4, 10, 100} {
			users, reserved, starts := 0, 0, 0
			for _, s := range shards(of) {
				o := NewOpen(Plan{Shape: Constant(10, 10*sec), Shard: s}, classes, most, newTimerPacer(), nil, nil)
				o.Reserve(most/2, nil)
				_, _, n := o.Users()
				users += n
				for _, q := range o.queues {
					reserved += q.reserved
					if q.most == 0 && q.next.more {
						t.Errorf("%d users on %+v: starts, and nobody to make them", most, s)
					}
				}
				o.pacer.Close()
			}
			for _, s := range shards(of) {
				starts += len(schedule(Plan{Shape: Constant(10, 10*sec)}, classes, s))
			}
			one := NewOpen(Plan{Shape: Constant(10, 10*sec)}, classes, most, newTimerPacer(), nil, nil)
			one.Reserve(most/2, nil)
			_, _, want := one.Users()
			one.pacer.Close()
			if wantReserved := one.queues[0].reserved + one.queues[1].reserved; users != want || reserved != wantReserved || starts != 100 {
				t.Errorf("%d shards: %d users and %d reserved, want %d and %d; %d starts", of, users, reserved, want, wantReserved, starts)
			}
		}
	}
}

// In an open run that is driven the starts are planned and begun when one process would plan and begin them.
func TestShardsOfAnOpenRun(t *testing.T) {
	classes := []Class{{"A", 2, 0}, {"B", 1, 0}}
	log := func(s Shard) (starts []string) {
		synctest.Test(t, func(t *testing.T) {
			r := &openRun{stop: make(chan struct{}), serve: func(int, int) time.Duration { return 30 * ms }}
			r.Open = NewOpen(Plan{Shape: Ramps(5, sec, []RateStage{{4 * sec, 40}}), Shard: s}, classes, 100, newTimerPacer(),
				func(class int) { r.wg.Go(func() { r.user(class) }) }, nil)
			r.begun = time.Now().Add(sec)
			r.Warm(sec)
			time.Sleep(time.Until(r.begun))
			r.Begin(r.begun)
			r.Run(t.Context())
			close(r.stop)
			r.wg.Wait()
			if tally := r.Tally(time.Now()); tally.Planned != tally.Started || tally.Omitted != 0 {
				t.Errorf("%+v: %+v", s, tally)
			}
			for _, e := range r.log {
				if strings.Contains(e, ">") {
					starts = append(starts, e)
				}
			}
		})
		return starts
	}
	want := log(Shard{})
	slices.Sort(want)
	for _, of := range []int{2, 3, 7} {
		var got []string
		for _, s := range shards(of) {
			got = append(got, log(s)...)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%d shards: %v\nwant %v", of, got, want)
		}
	}
}

// closedLog is what a driver does with its users for some goals, each event without its marks of goals reached.
func closedLog(t *testing.T, classes []Class, s Shard) (log []string) {
	synctest.Test(t, func(t *testing.T) {
		mix, err := NewMix(classes)
		if err != nil {
			t.Fatal(err)
		}
		u := &fakeUsers{begun: time.Now(), have: map[int]int{}}
		c := NewClosed(mix, u, nil)
		c.Share(s)
		c.Until(100 * sec)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { c.Run(ctx); close(done) }()
		for _, g := range []struct {
			users int
			rate  float64
			only  []string
			after time.Duration
		}{{40, 7, nil, 10 * sec}, {13, 2.5, nil, 5 * sec}, {25, 100, []string{"B"}, 10 * sec}, {60, 1, nil, 60 * sec}, {0, 10, nil, 10 * sec}, {500, 20, nil, 10 * sec}} {
			goal(t, c, g.users, g.rate, g.only...)
			time.Sleep(g.after)
			synctest.Wait()
			if target, _ := c.Target(); int64(target) != s.Count(int64(g.users)) {
				t.Errorf("%+v: target %d of %d", s, target, g.users)
			}
		}
		cancel()
		<-done
		if have := u.have[0] + u.have[1] + u.have[2]; c.Live() != have {
			t.Errorf("%+v: %d users, counted %d", s, have, c.Live())
		}
		log = u.log
	})
	return log
}

// The users of all shards come and go as those of one process: class, time and number.
func TestShardsOfAClosedRun(t *testing.T) {
	for _, classes := range [][]Class{twoToOne, {{"A", 3, 0}, {"B", 1, 0}, {"C", 0, 4}}} {
		want := closedLog(t, classes, Shard{})
		slices.Sort(want)
		for of := 1; of <= mostShards; of++ {
			var got []string
			for _, s := range shards(of) {
				got = append(got, closedLog(t, classes, s)...)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%d shards: %v\nwant %v", of, got, want)
			}
		}
	}
}

// Users that end by themselves are made good by a new goal, by their own shard.
func TestShardsMakeGoodTheirLosses(t *testing.T) {
	got := drive(t, twoToOne, func(c *Closed, u *fakeUsers) {
		c.Share(Shard{1, 2})
		goal(t, c, 12, 100) // A B A A B A A B A A B A: of these it has B A A B A A
		time.Sleep(sec)
		for _, class := range []int{0, 1, 1} {
			u.end(class)
			c.Ended(class)
		}
		if users, _ := c.Target(); c.Live() != 3 || users != 6 {
			t.Errorf("%d of %d users", c.Live(), users)
		}
		time.Sleep(sec)
		goal(t, c, 14, 2) // two more, one of them here, after the lost ones
		time.Sleep(5 * sec)
		u.end(1)
		c.Ended(1)
		goal(t, c, 12, 100) // the one that goes is the one that has gone
		time.Sleep(sec)
	})
	if want := "0+B 0+A 0+A 0+B 0+A 0+A 0=6 2000+A 2000+B 2000+B 2000+B 2000=7 7000=6"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestShardsCountInChaos(t *testing.T) {
	for i := range 20 {
		synctest.Test(t, func(t *testing.T) {
			mix, err := NewMix([]Class{{"A", 3, 0}, {"B", 1, 0}, {"C", 0, 4}})
			if err != nil {
				t.Fatal(err)
			}
			u := &chaosUsers{alive: map[int][]chan struct{}{}}
			c := NewClosed(mix, u, nil)
			u.ended = c.Ended
			c.Share(Shard{i % 3, 3})
			ctx, cancel := context.WithCancel(t.Context())
			u.wg.Go(func() { c.Run(ctx) })
			for range 30 {
				goal(t, c, rand.IntN(60), 0.5+20*rand.Float64())
				time.Sleep(time.Duration(rand.Int64N(int64(8 * time.Second))))
				synctest.Wait()
				u.mu.Lock()
				c.mu.Lock()
				live := 0
				for class, alive := range u.alive {
					live += len(alive)
					if want := c.own(class) - c.gone[class]; len(alive) != want || c.owed[class] != 0 {
						t.Errorf("class %d: %d users, counted %d, %d ends owed", class, len(alive), want, c.owed[class])
					}
				}
				if live != c.liveHere() {
					t.Errorf("%d users, counted %d", live, c.liveHere())
				}
				c.mu.Unlock()
				u.mu.Unlock()
			}
			cancel()
			u.wg.Wait()
		})
	}
}

// loopShards runs a plan on shards and gives what happened on all, without places, and the numbers of the iterations.
func loopShards(t *testing.T, of int, run func(ctx context.Context, s Shard, p *fakePool)) (log []string, numbers []int64) {
	for _, s := range shards(of) {
		p := inPool(t, each(400*ms), func(ctx context.Context, p *fakePool) { run(ctx, s, p) })
		for _, e := range p.log {
			log = append(log, e[:strings.IndexAny(e, "+-!*=")+1])
		}
		numbers = append(numbers, p.numbers...)
	}
	slices.Sort(log)
	slices.Sort(numbers)
	return log, numbers
}

// The executors of k6: at any time as many users as in one process, the same iterations, each number once.
func TestShardsOfLoops(t *testing.T) {
	plans := map[string]LoopPlan{
		"constant-vus":                {Levels: Hold(17, 3*sec), GracefulStop: grace},
		"ramping-vus":                 {Levels: Levels{3, []LevelStage{{2 * sec, 20}, {sec, 20}, {0, 5}, {2 * sec, 0}}}, GracefulStop: grace, GracefulRampDown: grace},
		"ramping-vus: cut":            {Levels: Levels{3, []LevelStage{{2 * sec, 20}, {sec, 0}}}},
		"per-vu-iterations":           {Levels: Hold(5, 10*time.Minute), Each: 3, GracefulStop: grace},
		"shared-iterations":           {Levels: Hold(20, 10*time.Minute), Total: 100, GracefulStop: grace},
		"shared-iterations: few":      {Levels: Hold(3, 10*time.Minute), Total: 61, GracefulStop: grace},
		"shared-iterations: time out": {Levels: Hold(4, sec), Total: 100},
	}
	for name, plan := range plans {
		run := func(ctx context.Context, s Shard, p *fakePool) {
			plan.Shard = s
			l := NewLoop(plan, p, p.notes())
			l.Run(ctx)
			if took := time.Since(p.begun); took > 30*sec {
				t.Errorf("%s: %+v took %s", name, s, took)
			}
		}
		want, numbers := loopShards(t, 1, run)
		for of := 2; of <= mostShards; of++ {
			log, got := loopShards(t, of, run)
			if !strings.Contains(name, "time out") && !slices.Equal(log, want) { // at its end nobody knows who comes first
				t.Fatalf("%s on %d shards: %v\nwant %v", name, of, log, want)
			}
			// Elsewhere a shard may make more of them than another, so that there are gaps.
			if plan.Total > 0 && !strings.Contains(name, "time out") && !slices.Equal(got, numbers) {
				t.Fatalf("%s on %d shards: iterations %v", name, of, got)
			}
			if len(slices.Compact(got)) != len(numbers) {
				t.Fatalf("%s on %d shards: %d iterations, want %d, each with its own number", name, of, len(got), len(numbers))
			}
		}
	}
}

// Arrivals of k6 scripts begin when they would in one process.
func TestShardsOfInflows(t *testing.T) {
	for name, plan := range map[string]InflowPlan{
		"enough users": {Plan: rampingRate(3, sec, RateStage{3 * sec, 40}), First: 40, Most: 40, GracefulStop: grace},
		"few users":    {Plan: constantRate(4, sec, 5*sec), First: 5, Most: 5, GracefulStop: grace},
	} {
		run := func(ctx context.Context, s Shard, p *fakePool) {
			plan.Plan.Shard = s
			f := NewInflow(plan, p, p.notes(), newTimerPacer())
			f.Run(ctx)
		}
		want, numbers := loopShards(t, 1, run)
		for of := 2; of <= mostShards; of++ {
			log, got := loopShards(t, of, run)
			if !slices.Equal(log, want) || len(slices.Compact(got)) != len(numbers) {
				t.Fatalf("%s on %d shards: %v\nwant %v", name, of, log, want)
			}
		}
	}
}

// Whatever users are planned or asked for, shards have as many as one process, at any time.
func TestShardsOfReserved(t *testing.T) {
	for range 200 {
		plan := LoopPlan{Levels: randomLevels(), GracefulStop: 3 * sec, GracefulRampDown: 2 * sec}
		of := 1 + rand.IntN(mostShards)
		at := time.Duration(rand.Int64N(int64(plan.Levels.Length() + 4*sec)))
		want, got := NewLoop(plan, nil, Notes{}).Reserved(at), 0
		for _, s := range shards(of) {
			plan.Shard = s
			got += NewLoop(plan, nil, Notes{}).Reserved(at)
		}
		if got != want {
			t.Fatalf("%d shards reserve %d users at %s, want %d", of, got, at, want)
		}
	}
}

func TestShardsSetVUs(t *testing.T) {
	for of := 1; of <= mostShards; of++ {
		var mu sync.Mutex
		users := 0
		for _, s := range shards(of) {
			inPool(t, each(100*ms), func(ctx context.Context, p *fakePool) {
				l := NewLoop(LoopPlan{Levels: Hold(2, 10*sec), Most: 50, GracefulRampDown: grace, Shard: s}, p, p.notes())
				go func() {
					time.Sleep(sec)
					if err := l.SetVUs(37); err != nil {
						t.Error(err)
					}
					time.Sleep(sec)
					mu.Lock()
					users += l.Counts().Active
					mu.Unlock()
				}()
				l.Run(ctx)
			})
		}
		if users != 37 {
			t.Errorf("%d shards have %d users of 37", of, users)
		}
	}
}

// All shards' places are those of one cap's schedule.
func TestShardsOfACap(t *testing.T) {
	begin := time.Unix(1, 0)
	for of := 1; of <= mostShards; of++ {
		var places []time.Duration
		for _, s := range shards(of) {
			c := s.Cap(100, begin)
			for range 20 {
				places = append(places, c.Take(begin))
			}
		}
		slices.Sort(places)
		for i, place := range places {
			if place != time.Duration(i)*10*ms {
				t.Fatalf("%d shards: place %d is at %s", of, i, place)
			}
		}
	}
}

func ExampleShard() {
	for _, s := range shards(3) {
		fmt.Println(s.Count(10), "of 10 users, the first is number", s.Number(0))
	}
	// Output:
	// 4 of 10 users, the first is number 0
	// 3 of 10 users, the first is number 1
	// 3 of 10 users, the first is number 2
}
