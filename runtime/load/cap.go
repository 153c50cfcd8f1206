package load

import (
	"sync/atomic"
	"time"
)

// Cap holds the requests of all users together under a rate: each takes the next free place in a schedule of equal
// steps. Places that nobody took are lost but for a burst of a tenth of a second, so that late timers do not lower the
// rate. Its method may be called from any goroutine and takes no lock.
type Cap struct {
	step time.Duration // between two places
	next atomic.Int64  // the next free place, in ns since epoch
	zero time.Time

	held  atomic.Int64 // requests that had to wait
	total atomic.Int64 // ns that they waited
}

// capBurst is how far the schedule may lag behind the clock.
const capBurst = 100 * time.Millisecond

// NewCap makes a cap of perSecond requests per second, more than 0; now is the beginning of its schedule.
func NewCap(perSecond float64, now time.Time) *Cap {
	return &Cap{step: max(time.Duration(float64(time.Second)/perSecond), 1), zero: now}
}

// Take takes the next place and says how long to wait for it from now on; 0 is to go ahead.
func (c *Cap) Take(now time.Time) time.Duration {
	at := int64(now.Sub(c.zero))
	for {
		next := c.next.Load()
		place := max(next, at-int64(capBurst))
		if !c.next.CompareAndSwap(next, place+int64(c.step)) {
			continue
		}
		wait := time.Duration(place - at)
		if wait <= 0 {
			return 0
		}
		c.held.Add(1)
		c.total.Add(int64(wait))
		return wait
	}
}

// Held is how many requests had to wait so far, and for how long together.
func (c *Cap) Held() (requests int64, wait time.Duration) {
	return c.held.Load(), time.Duration(c.total.Load())
}
