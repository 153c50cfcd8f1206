package fleet

import (
	"math/rand/v2"
	"testing"
	"time"
)

// A store that tells whole seconds: some probes, a second apart each, find the offset within what a trip takes.
func TestClockNarrowsDown(t *testing.T) {
	for range 200 {
		now := time.Unix(1_800_000_000, rand.Int64N(1e9))
		ahead := time.Duration(rand.Int64N(int64(20*time.Minute))) - 10*time.Minute
		c := &clock{now: func() time.Time { return now }}
		for i := range 9 {
			if i > 0 {
				now = c.probe(now.Add(time.Second / 2))
			}
			sent := now
			now = now.Add(time.Duration(rand.Int64N(int64(8 * time.Millisecond))))
			date := now.Add(ahead).Truncate(time.Second)
			now = now.Add(time.Duration(rand.Int64N(int64(8 * time.Millisecond))))
			c.heard(sent, now, date, time.Second)
		}
		got, bound := c.offset()
		if ahead.Abs() < time.Second {
			continue // it may be taken to be right
		}
		if off := (got - ahead).Abs(); off > bound || bound > 25*time.Millisecond {
			t.Fatalf("%s ahead, found %s within %s", ahead, got, bound)
		}
	}
}

// A clock that may be right is taken to be.
func TestClockThatIsRight(t *testing.T) {
	now := time.Unix(1000, 300_000_000)
	c := &clock{now: func() time.Time { return now }}
	if _, bound := c.offset(); bound < time.Minute {
		t.Errorf("nothing is known, but the bound is %s", bound)
	}
	c.heard(now, now.Add(2*time.Millisecond), time.Unix(1000, 0), time.Second)
	if ahead, bound := c.offset(); ahead != 0 || bound != 700*time.Millisecond {
		t.Errorf("%s ahead, within %s", ahead, bound)
	}
	c.heard(now, now, now.Add(-5*time.Minute), 10*time.Millisecond) // somebody set it
	if ahead, bound := c.offset(); ahead != -5*time.Minute+5*time.Millisecond || bound != 5*time.Millisecond {
		t.Errorf("%s ahead, within %s", ahead, bound)
	}
}

// A server that writes its date down late now and then does not make a right clock wrong.
func TestClockOfALateServer(t *testing.T) {
	for range 200 {
		now := time.Unix(1000, rand.Int64N(1e9))
		c := &clock{now: func() time.Time { return now }}
		for range 20 {
			sent := now
			now = now.Add(time.Duration(rand.Int64N(int64(5 * time.Millisecond))))
			date := now.Add(-time.Duration(rand.Int64N(int64(90 * time.Millisecond)))).Truncate(time.Second)
			c.heard(sent, now, date, time.Second)
			now = now.Add(time.Duration(rand.Int64N(int64(time.Second))))
		}
		if ahead, _ := c.offset(); ahead != 0 {
			t.Fatalf("%s ahead", ahead)
		}
	}
}
