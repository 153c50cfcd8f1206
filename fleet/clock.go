package fleet

import (
	"sync"
	"time"
)

// clock knows how far the store's clock is ahead of this machine's. Each answer of the store says between which limits
// that is; together they narrow it down, although a store tells its time in whole seconds: what tells most is a request
// that the store answers when a second of its own begins, see probe. Its methods may be called from any goroutine.
type clock struct {
	now func() time.Time // this machine's clock

	mu        sync.Mutex
	known     bool
	low, high time.Duration // the store's clock is ahead by low at least and by less than high
	trip      time.Duration // the shortest that a request took
}

// heard takes in what an answer said: that at some time between sent and got the store's clock was at date or later, but
// before date+step.
func (c *clock) heard(sent, got, date time.Time, step time.Duration) {
	low, high := date.Sub(got), date.Add(step).Sub(sent)
	c.mu.Lock()
	defer c.mu.Unlock()
	trip := got.Sub(sent)
	switch {
	case !c.known, low > c.high+stepped, high < c.low-stepped: // or one of the clocks was set: what was known is no more
		c.known, c.low, c.high, c.trip = true, low, high, trip
	// Servers write down their date ahead of time and may be late to write it anew. So low is always true, but not high.
	case low > c.high:
		c.low, c.high = low, max(high, low)
	case high < c.low:
	default:
		c.low, c.high = max(c.low, low), min(c.high, high)
	}
	c.trip = min(c.trip, trip)
}

// stepped is what sets a clock that was set apart from a date that was late.
const stepped = 500 * time.Millisecond

// offset is how far the store's clock is ahead, and how wrong that may be. If this machine's clock may be right it is
// taken to be: clocks that are kept by the network are within a few milliseconds, which no store's dates can tell.
func (c *clock) offset() (ahead, bound time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		return 0, time.Hour
	}
	if c.low <= nearly && c.high >= -nearly {
		return 0, max(-c.low, c.high, 0)
	}
	return (c.low + c.high) / 2, (c.high - c.low) / 2
}

// nearly is how far a clock may seem to be off and be right all the same: dates are no better than that.
const nearly = 100 * time.Millisecond

// storeTime is the store's time now.
func (c *clock) storeTime() time.Time {
	ahead, _ := c.offset()
	return c.now().Add(ahead)
}

// fine is how well the offset has to be known for no request to be timed for its sake.
const fine = 20 * time.Millisecond

// isKnown says that some answer has told the time.
func (c *clock) isKnown() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known
}

// isFine says that no request need be timed to know the offset better.
func (c *clock) isFine() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known && c.high-c.low < fine
}

// probe is the best time, at or after at, to ask the store something that has to be asked about then: the answer halves
// what is not known of its clock.
func (c *clock) probe(at time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known || c.high-c.low < fine {
		return at
	}
	return c.second(at, (c.low+c.high)/2)
}

// probes is three such times for one second of the store's: their answers quarter what is not known.
func (c *clock) probes(at time.Time) []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	quarter := (c.high - c.low) / 4
	last := c.second(at.Add(c.high-c.low), c.low+quarter)
	return []time.Time{last.Add(-2 * quarter), last.Add(-quarter), last}
}

// second is the first time, at or after at, at which to ask the store so that it hears of it when a second of its own
// begins, if it is ahead by so much. Called with c.mu held.
func (c *clock) second(at time.Time, ahead time.Duration) time.Time {
	ahead += c.trip / 2 // it hears of it half a trip later
	there := at.Add(ahead)
	if next := there.Truncate(time.Second); next.Before(there) {
		there = next.Add(time.Second)
	}
	return there.Add(-ahead)
}
