package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeUsers writes down what is started (+A) and stopped (-A), and when, in
// whole milliseconds since the start.
type fakeUsers struct {
	begun time.Time
	mu    sync.Mutex
	log   []string
	have  map[int]int
	hook  func(event string)
}

func (f *fakeUsers) note(event string) {
	f.log = append(f.log, fmt.Sprintf("%d%s", time.Since(f.begun).Milliseconds(), event))
	if f.hook != nil {
		f.hook(event)
	}
}

func (f *fakeUsers) Start(class int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.have[class]++
	f.note("+" + string(rune('A'+class)))
}

func (f *fakeUsers) Stop(class int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.have[class] == 0 {
		return false
	}
	f.have[class]--
	f.note("-" + string(rune('A'+class)))
	return true
}

// end lets a user of the class end by itself, without telling the driver.
func (f *fakeUsers) end(class int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.have[class]--
}

// drive runs f with a driver in a bubble of fake time and returns the log.
func drive(t *testing.T, classes []Class, f func(c *Closed, u *fakeUsers)) (log string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		mix, err := NewMix(classes)
		if err != nil {
			t.Fatal(err)
		}
		u := &fakeUsers{begun: time.Now(), have: map[int]int{}}
		c := NewClosed(mix, u, func(live int) { u.note(fmt.Sprintf("=%d", live)) })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { c.Run(ctx); close(done) }()
		f(c, u)
		cancel()
		<-done
		log = strings.Join(u.log, " ")
	})
	return log
}

func goal(t *testing.T, c *Closed, users int, rate float64, only ...string) {
	t.Helper()
	if err := c.Goal(users, rate, only...); err != nil {
		t.Error(err)
	}
}

var twoToOne = []Class{{"A", 2, 0}, {"B", 1, 0}}

func TestClosedRamp(t *testing.T) {
	got := drive(t, twoToOne, func(c *Closed, _ *fakeUsers) {
		goal(t, c, 5, 2)
		time.Sleep(time.Minute)
		if users, reached := c.Target(); users != 5 || !reached || c.Live() != 5 {
			t.Errorf("target %d %v, live %d", users, reached, c.Live())
		}
	})
	if want := "0+A 0+B 1000+A 1000+A 2000+B 2000=5"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestClosedRampDown(t *testing.T) {
	got := drive(t, twoToOne, func(c *Closed, _ *fakeUsers) {
		goal(t, c, 4, 100)
		time.Sleep(10 * time.Second)
		goal(t, c, 1, 0.5)
		time.Sleep(time.Minute)
	})
	if want := "0+A 0+B 0+A 0+A 0=4 10000-A 12000-A 14000-B 14000=1"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestClosedNewGoalDuringRamp(t *testing.T) {
	got := drive(t, twoToOne, func(c *Closed, _ *fakeUsers) {
		goal(t, c, 100, 1)
		time.Sleep(2500 * ms) // 3 users
		if users, reached := c.Target(); users != 100 || reached {
			t.Errorf("target %d %v", users, reached)
		}
		goal(t, c, 2, 1)
		time.Sleep(time.Second)
		goal(t, c, 2, 5) // the same number again: nothing to do, but reached
		time.Sleep(time.Second)
		goal(t, c, 0, 5)
		time.Sleep(time.Second)
	})
	if want := "0+A 1000+B 2000+A 2500-A 2500=2 3500=2 4500-B 4500-A 4500=0"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestClosedRestricted(t *testing.T) {
	got := drive(t, twoToOne, func(c *Closed, _ *fakeUsers) {
		goal(t, c, 3, 10, "B")
		time.Sleep(time.Second)
		goal(t, c, 4, 10) // keeps the restriction
		time.Sleep(time.Second)
		goal(t, c, 5, 10, "A")
		time.Sleep(time.Second)
	})
	if want := "0+B 0+B 0+B 0=3 1000+B 1000=4 2000+A 2000=5"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestClosedOnlyFixedUsers(t *testing.T) {
	got := drive(t, []Class{{"A", 0, 2}}, func(c *Closed, _ *fakeUsers) {
		goal(t, c, 9, 1)
		time.Sleep(time.Minute)
	})
	if want := "0+A 1000+A 2000=2"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestClosedEndedIsNotReplaced(t *testing.T) {
	got := drive(t, twoToOne, func(c *Closed, u *fakeUsers) {
		goal(t, c, 4, 1)
		time.Sleep(1500 * ms)
		u.end(1) // B, in the middle of the ramp: the plan goes on
		c.Ended(1)
		time.Sleep(time.Minute)
		if c.Live() != 3 {
			t.Errorf("live %d", c.Live())
		}
		goal(t, c, 5, 1) // from 3 to 5, the lost B first
		time.Sleep(time.Minute)
	})
	if want := "0+A 1000+B 2000+A 3000+A 3000=3 61500+B 62500+B 62500=5"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestClosedEndedDuringRampDown(t *testing.T) {
	got := drive(t, []Class{{"A", 1, 0}}, func(c *Closed, u *fakeUsers) {
		goal(t, c, 5, 100)
		time.Sleep(time.Second)
		goal(t, c, 2, 1)
		time.Sleep(500 * ms) // 4 left
		u.end(0)
		c.Ended(0) // this is the one the next batch would have stopped
		time.Sleep(time.Minute)
	})
	if want := "0+A 0+A 0+A 0+A 0+A 0=5 1000-A 3000-A 3000=2"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// A user ends by itself just when it should be stopped: whichever of Stop and
// Ended comes first, the count is right afterwards and at the next such end.
func TestClosedStopMeetsEnd(t *testing.T) {
	for _, endedFirst := range []bool{false, true} {
		drive(t, []Class{{"A", 1, 0}}, func(c *Closed, u *fakeUsers) {
			goal(t, c, 1, 1)
			synctest.Wait()
			u.end(0)
			if endedFirst {
				// What step does before it calls Stop, in the order of the race.
				c.mu.Lock()
				class, _ := c.mix.Last()
				c.mu.Unlock()
				c.Ended(class)
				c.stop(class)
			} else {
				goal(t, c, 0, 1)
				synctest.Wait()
				c.Ended(0)
			}
			if c.owed[0] != 0 || c.Live() != 0 {
				t.Errorf("ended first %v: %d ends owed, %d live", endedFirst, c.owed[0], c.Live())
			}
			goal(t, c, 2, 5)
			synctest.Wait()
			u.end(0)
			c.Ended(0)
			if c.Live() != 1 {
				t.Errorf("ended first %v: %d live", endedFirst, c.Live())
			}
		})
	}
}

// A goal set, or the end, in the middle of a batch takes effect at once; both
// may come from within a user's start.
func TestClosedGoalInBatch(t *testing.T) {
	got := drive(t, []Class{{"A", 1, 0}}, func(c *Closed, u *fakeUsers) {
		starts := 0
		u.hook = func(event string) {
			if starts++; starts == 3 {
				goal(t, c, 1, 1)
			}
		}
		goal(t, c, 1000, 1000)
		time.Sleep(5 * time.Second)
	})
	if want := "0+A 0+A 0+A 0-A 1000-A 1000=1"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestClosedEndsInBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mix, err := NewMix([]Class{{"A", 1, 0}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		u := &fakeUsers{begun: time.Now(), have: map[int]int{}, hook: func(string) { cancel() }}
		c := NewClosed(mix, u, nil)
		goal(t, c, 1000, 1000)
		c.Run(ctx)
		if len(u.log) != 1 || c.Live() != 1 {
			t.Errorf("log %v, live %d", u.log, c.Live())
		}
	})
}

// A goal set before Run starts the ramp when Run does; slow starts do not put
// the later batches off.
func TestClosedSlowStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mix, err := NewMix([]Class{{"A", 1, 0}})
		if err != nil {
			t.Fatal(err)
		}
		u := &fakeUsers{begun: time.Now(), have: map[int]int{}, hook: func(string) { time.Sleep(300 * ms) }}
		c := NewClosed(mix, u, nil)
		goal(t, c, 5, 2)
		time.Sleep(10 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		c.Run(ctx)
		if want := []string{"10000+A", "10300+A", "11000+A", "11300+A", "12000+A"}; !slices.Equal(u.log, want) {
			t.Errorf("got %v, want %v", u.log, want)
		}
	})
}

func TestClosedBadGoals(t *testing.T) {
	mix, err := NewMix(twoToOne)
	if err != nil {
		t.Fatal(err)
	}
	c := NewClosed(mix, &fakeUsers{}, nil)
	for _, err := range []error{c.Goal(-1, 1), c.Goal(1, 0), c.Goal(1, -1), c.Goal(1, 1, "X")} {
		if err == nil {
			t.Error("no error")
		}
	}
	if users, reached := c.Target(); users != 0 || !reached {
		t.Errorf("target %d %v after bad goals", users, reached)
	}
}

// The article's run: ten users a second for two seconds. The third batch is due at the very end and is not started.
func TestClosedStartsNobodyAtTheEnd(t *testing.T) {
	drive(t, []Class{{Name: "A", Weight: 1}}, func(c *Closed, _ *fakeUsers) {
		c.Until(2 * time.Second)
		if err := c.Goal(200, 10); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		if got := c.Live(); got != 20 {
			t.Errorf("%d users were started, want 20", got)
		}
	})
}
