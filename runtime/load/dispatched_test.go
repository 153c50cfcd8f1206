package load

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// dispatch runs f with a driver of three classes in a bubble of fake time and returns the log.
func dispatch(t *testing.T, f func(d *Dispatched, u *fakeUsers)) (log string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		u := &fakeUsers{begun: time.Now(), have: map[int]int{}}
		d := NewDispatched(3, u, func() { u.note("!") })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { d.Run(ctx); close(done) }()
		f(d, u)
		cancel()
		<-done
		log = strings.Join(u.log, " ")
	})
	return log
}

func TestDispatched(t *testing.T) {
	second := func() { time.Sleep(time.Second); synctest.Wait() }
	tests := []struct {
		name string
		do   func(d *Dispatched, u *fakeUsers)
		want string
		live []int
	}{
		{"nothing", func(*Dispatched, *fakeUsers) {}, "", []int{0, 0, 0}},
		{"up", func(d *Dispatched, _ *fakeUsers) { d.Set([]int{2, 0, 1}) }, "0+A 0+A 0+C 0!", []int{2, 0, 1}},
		{"starts before stops", func(d *Dispatched, _ *fakeUsers) {
			d.Set([]int{2, 0, 0})
			second()
			d.Set([]int{0, 0, 1})
		}, "0+A 0+A 0! 1000+C 1000-A 1000-A 1000!", []int{0, 0, 1}},
		{"the same again is reached again", func(d *Dispatched, _ *fakeUsers) {
			d.Set([]int{1, 0, 0})
			second()
			d.Set([]int{1, 0, 0})
		}, "0+A 0! 1000!", []int{1, 0, 0}},
		{"a class that is not named keeps its users", func(d *Dispatched, _ *fakeUsers) {
			d.Set([]int{1, 0, 2})
			second()
			d.Set([]int{2})
		}, "0+A 0+C 0+C 0! 1000+A 1000!", []int{2, 0, 2}},
		{"replaced only by the next numbers", func(d *Dispatched, u *fakeUsers) {
			d.Set([]int{2, 0, 0})
			second()
			u.end(0)
			d.Ended(0)
			second()
			d.Set([]int{3, 0, 0})
		}, "0+A 0+A 0! 2000+A 2000+A 2000!", []int{3, 0, 0}},
		{"ended before it was asked to stop", func(d *Dispatched, u *fakeUsers) {
			d.Set([]int{1, 0, 0})
			second()
			u.end(0) // Ended is still to come
			d.Set([]int{0, 0, 0})
			second()
			d.Ended(0)
			second()
			d.Set([]int{1, 0, 0})
		}, "0+A 0! 1000! 3000+A 3000!", []int{1, 0, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var live []int
			got := dispatch(t, func(d *Dispatched, u *fakeUsers) {
				test.do(d, u)
				second()
				live = d.Live()
			})
			if got != test.want || !slices.Equal(live, test.live) {
				t.Errorf("got %q, %v\nwant %q, %v", got, live, test.want, test.live)
			}
		})
	}
}

// New numbers in the middle of a batch replace what was left of it.
func TestDispatchedNewNumbersAtOnce(t *testing.T) {
	got := dispatch(t, func(d *Dispatched, u *fakeUsers) {
		u.hook = func(event string) {
			if event == "+A" && u.have[0] == 2 {
				d.Set([]int{1, 1, 0})
			}
		}
		d.Set([]int{100, 0, 0})
		synctest.Wait()
	})
	if want := "0+A 0+A 0+B 0-A 0!"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Whatever numbers are set and whenever users end, the driver counts those that are there.
func TestDispatchedCountsInChaos(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			u := &chaosUsers{alive: map[int][]chan struct{}{}}
			d := NewDispatched(3, u, func() {})
			u.ended = d.Ended
			ctx, cancel := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { d.Run(ctx) })
			for range 30 {
				d.Set([]int{rand.IntN(20), rand.IntN(20), rand.IntN(3)})
				time.Sleep(time.Duration(rand.Int64N(int64(8 * time.Second))))
				synctest.Wait()
				u.mu.Lock()
				for class, n := range d.Live() {
					if len(u.alive[class]) != n || d.owed[class] != 0 {
						t.Errorf("class %d: %d users, counted %d, %d ends owed", class, len(u.alive[class]), n, d.owed[class])
					}
				}
				u.mu.Unlock()
			}
			cancel()
			running.Wait()
			u.wg.Wait()
		})
	}
}
