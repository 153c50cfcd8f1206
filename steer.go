package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	k6options "katydid/runtime/k6/options"
	"katydid/web/live"
)

// errNoLoad is the answer to whoever wants to steer a load that is over.
var errNoLoad = errors.New("the load is over")

// do has f called by the goroutine of runTest, which owns the run's state, while there is load, and returns when f has; false
// if the load is over, and f was not called. It waits for what that goroutine is at: a listener, a load shape, the setup
// before the load. Any goroutine but that one may call it.
func (r *run) do(f func()) bool {
	done := make(chan struct{})
	select {
	case r.commands <- func() { defer close(done); f() }:
		<-done
		return true
	case <-r.over:
		return false
	}
}

// steer changes the load by so many users, or starts a second in an open run. It says what it did, or why it cannot. Any
// goroutine but that of runTest may call it.
func (r *run) steer(delta float64) (said string, err error) {
	if !r.do(func() { said, err = r.steerNow(delta) }) {
		return "", errNoLoad
	}
	return said, err
}

func (r *run) steerNow(delta float64) (string, error) {
	if err := r.steerable(); err != nil {
		return "", err
	}
	if r.open != nil {
		rate := max(r.open.Level(time.Now())+delta, 0)
		return r.changeRate(rate)
	}
	users := 0
	if r.k6 != nil {
		sc, err := r.byHand()
		if err != nil {
			return "", err
		}
		users = sc.loop.Target()
	} else {
		users, _ = r.driver.Target()
	}
	return r.changeUsers(max(users+int(math.Round(delta)), 0), max(r.opts.rate, math.Abs(delta)))
}

// steerable says what decides on the load if it cannot be changed by hand here; nil if it can. It does not change once the
// run has begun.
func (r *run) steerable() error {
	if r.shards != nil {
		return errors.New("several processes make this load: katydid watch changes it for all of them")
	}
	return r.changeable()
}

// changeable says what decides on the load, if it is not its options.
func (r *run) changeable() error {
	if r.k6 != nil {
		_, err := r.byHand()
		return err
	}
	if r.shape != "" {
		return fmt.Errorf("load shape %s decides on the load", r.shape)
	}
	return nil
}

// changeUsers sets the number of users, which come and go by so many a second. Call it from the goroutine of runTest while
// the load goes on, as changeRate.
func (r *run) changeUsers(users int, rate float64) (string, error) {
	switch {
	case r.k6 != nil:
		sc, err := r.byHand()
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("scenario %s: %s from now on", sc.plan.Name, count(int64(users), "user")), sc.loop.SetVUs(users)
	case r.changeable() != nil:
		return "", r.changeable()
	case r.open != nil:
		return "", errors.New("this is an open run, which makes users as it needs them: change its rate")
	case users > maxUsers:
		return "", fmt.Errorf("there can be at most %d users", maxUsers)
	}
	before, reached := r.driver.Target()
	if users == before && reached {
		return fmt.Sprintf("there are to be %s, as before", count(int64(users), "user")), nil
	}
	r.checkFiles(users)
	r.enter(live.Spawning) // before the driver can say that all are there
	if err := r.driver.Goal(users, rate); err != nil {
		return "", err
	}
	return fmt.Sprintf("from %d to %d users at a rate of %.2f per second", before, users, rate), nil
}

// changeRate sets the starts a second of an open run.
func (r *run) changeRate(rate float64) (string, error) { return r.changeRateAt(time.Now(), rate) }

// changeRateAt does it for a moment that has just been.
func (r *run) changeRateAt(at time.Time, rate float64) (string, error) {
	switch {
	case r.open == nil:
		return "", errors.New("this is no open run: change its users")
	case r.changeable() != nil:
		return "", r.changeable()
	case rate > maxRate:
		return "", fmt.Errorf("there can be at most %d starts a second", maxRate)
	}
	before := r.open.Level(at)
	return fmt.Sprintf("from %.4g to %.4g starts per second", before, rate), r.open.Change(at, rate)
}

// byHand is the scenario of a k6 script whose users may be changed from outside.
func (r *run) byHand() (*k6Scenario, error) {
	var found *k6Scenario
	var names []string
	for _, sc := range r.k6.scenarios {
		if !steerable(&sc.plan) {
			continue
		}
		if found == nil {
			found = sc
		}
		names = append(names, sc.plan.Name)
	}
	switch len(names) {
	case 0:
		return nil, errors.New("the scenarios of the script decide on the load; only one with the executor externally-controlled can be changed")
	case 1:
		return found, nil
	}
	return nil, fmt.Errorf("several scenarios are externally controlled (%s), and it is not clear which is meant", strings.Join(names, ", "))
}

// steerable says that the users of a scenario may be changed from outside.
func steerable(p *k6options.Scenario) bool { return p.Executor == k6options.ExternallyControlled }
