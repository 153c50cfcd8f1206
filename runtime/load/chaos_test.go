package load

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// chaosUsers are users with goroutines of their own, most of which end by
// themselves after a while.
type chaosUsers struct {
	ended func(class int) // the driver's
	wg    sync.WaitGroup
	mu    sync.Mutex
	alive map[int][]chan struct{} // to stop them, by class
}

func (u *chaosUsers) Start(class int) {
	stop := make(chan struct{})
	u.mu.Lock()
	u.alive[class] = append(u.alive[class], stop)
	u.mu.Unlock()
	u.wg.Go(func() {
		select {
		case <-stop:
		case <-time.After(time.Duration(rand.Int64N(int64(30 * time.Second)))):
			if u.remove(class, stop) {
				u.ended(class)
			}
		}
	})
}

func (u *chaosUsers) Stop(class int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	n := len(u.alive[class])
	if n == 0 {
		return false
	}
	close(u.alive[class][n-1])
	u.alive[class] = u.alive[class][:n-1]
	return true
}

// remove reports false if the user was asked to stop in the meantime.
func (u *chaosUsers) remove(class int, stop chan struct{}) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i, s := range u.alive[class] {
		if s == stop {
			u.alive[class] = append(u.alive[class][:i], u.alive[class][i+1:]...)
			return true
		}
	}
	return false
}

func (u *chaosUsers) check(t *testing.T, c *Closed) {
	t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	for class, n := range c.mix.Count() {
		if len(u.alive[class]) != n || c.owed[class] != 0 {
			t.Errorf("class %d: %d users, counted %d, %d ends owed", class, len(u.alive[class]), n, c.owed[class])
		}
	}
}

// Whatever goals are set and whenever users end, the driver counts those that
// are there, by class.
func TestClosedCountsInChaos(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			mix, err := NewMix([]Class{{"A", 3, 0}, {"B", 1, 0}, {"C", 0, 4}})
			if err != nil {
				t.Fatal(err)
			}
			u := &chaosUsers{alive: map[int][]chan struct{}{}}
			c := NewClosed(mix, u, nil)
			u.ended = c.Ended
			ctx, cancel := context.WithCancel(t.Context())
			u.wg.Go(func() { c.Run(ctx) })
			for range 30 {
				goal(t, c, rand.IntN(60), 0.5+20*rand.Float64())
				time.Sleep(time.Duration(rand.Int64N(int64(8 * time.Second))))
				synctest.Wait()
				u.check(t, c)
			}
			cancel()
			u.wg.Wait()
		})
	}
}
