package load

import (
	"sync"
	"testing"
	"time"
)

func TestCapKeepsTheRate(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	c := NewCap(1000, start)
	// Twice the rate is asked for over two seconds: the n-th request goes at n ms, whenever it came.
	for n := range 4000 {
		came := start.Add(time.Duration(n) * 500 * time.Microsecond)
		goes := came.Add(c.Take(came))
		due := start.Add(time.Duration(n) * time.Millisecond)
		if early := due.Sub(goes); early > capBurst {
			t.Fatalf("request %d goes %s before its place", n, early)
		}
		if late := goes.Sub(due); late > 0 && came.Before(due) {
			t.Fatalf("request %d goes %s after its place", n, late)
		}
	}
	held, wait := c.Held()
	if held < 3700 || wait < time.Second {
		t.Errorf("held back %d requests for %s", held, wait)
	}
}

func TestCapForgetsTheIdleTime(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	c := NewCap(100, start)
	late := start.Add(time.Hour)
	free := 0
	for c.Take(late) == 0 {
		free++
	}
	if free != 11 { // a tenth of a second's worth, and the one that is due
		t.Errorf("%d requests at once after an idle hour, want 11", free)
	}
}

func TestCapUnderWay(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	c := NewCap(10_000, start)
	var mu sync.Mutex
	seen := map[time.Duration]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 2000 {
				wait := c.Take(start)
				mu.Lock()
				if wait > 0 && seen[wait] {
					t.Errorf("two requests have the place %s", wait)
				}
				seen[wait] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if got, want := c.Take(start), 16_000*100*time.Microsecond; got != want {
		t.Errorf("the next place is in %s, want %s", got, want)
	}
}
