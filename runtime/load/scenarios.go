package load

import (
	"context"
	"iter"
	"sync"
	"time"
)

// A Scenario is a driver, a Loop or an Inflow, that begins a time after the
// others.
type Scenario struct {
	StartTime time.Duration
	Driver    Driver
}

// Driver is what Scenarios knows of a driver; time counts from its beginning.
type Driver interface {
	Run(ctx context.Context)
	// Reserved is how many users it may have at a time, those included who may still be finishing.
	Reserved(t time.Duration) int
	// Rises are the times at which that may grow.
	Rises() iter.Seq[time.Duration]
}

// Scenarios are those of one run, which share their users.
type Scenarios []Scenario

// Run runs all scenarios, each from its time on, and returns when all are over.
// When ctx is done all end at once, and those that have not begun never do.
func (s Scenarios) Run(ctx context.Context) {
	begin := time.Now()
	var all sync.WaitGroup
	for _, scenario := range s {
		all.Go(func() {
			timer := time.NewTimer(time.Until(begin.Add(scenario.StartTime)))
			defer timer.Stop()
			select {
			case <-timer.C:
				scenario.Driver.Run(ctx)
			case <-ctx.Done():
			}
		})
	}
	all.Wait()
}

// Reserved is the most users that the plans of all scenarios together may have
// at once: to be made before the run begins, so that nobody waits for them.
func (s Scenarios) Reserved() (most int) {
	for _, rising := range s {
		for t := range rising.Driver.Rises() { // it can be highest only when one of them has grown
			most = max(most, s.reserved(rising.StartTime+t))
		}
	}
	return most
}

func (s Scenarios) reserved(t time.Duration) (sum int) {
	for _, scenario := range s {
		sum += scenario.Driver.Reserved(t - scenario.StartTime)
	}
	return sum
}
