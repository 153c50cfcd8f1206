package load

import (
	"time"
)

// A Pacer waits for moments of the clock. Until belongs to one goroutine.
type Pacer interface {
	// Until returns at t or as soon after as it can, or before if Wake was
	// called since the last Until returned.
	Until(t time.Time)
	// Wake ends an Until, the present one or the next; from any goroutine.
	Wake()
	// Close gives back what the pacer holds; no method is called after it.
	Close()
}

// timerPacer is the portable pacer, on Go's own timers. When all goroutines
// wait these are up to a millisecond late: the network poller, which then
// sleeps for them, counts in whole milliseconds.
type timerPacer struct {
	timer *time.Timer
	wake  chan struct{}
}

func newTimerPacer() Pacer {
	return &timerPacer{timer: time.NewTimer(time.Hour), wake: make(chan struct{}, 1)}
}

func (p *timerPacer) Until(t time.Time) {
	p.timer.Reset(time.Until(t))
	select {
	case <-p.timer.C:
	case <-p.wake:
	}
}

func (p *timerPacer) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *timerPacer) Close() { p.timer.Stop() }
