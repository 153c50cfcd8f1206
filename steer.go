package main

import (
	"errors"
	"fmt"
	"math"
)

// errOver is the answer to who wants to change a load that is no more.
var errOver = errors.New("the load is over")

// do has f run by the goroutine of runTest, which owns the run's state, while there is load, and returns when f has
// returned; false if the load is over, and f was not run. It waits for what that goroutine is at: a listener, a load shape, the
// setup before the load. Any goroutine but that one may call it.
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

// steer changes the load by hand: delta more users, or in an open run more starts a second; fewer if it is below 0. It
// says what it did, in a line for the log, or why it could not. Any goroutine but that of runTest may call it.
func (r *run) steer(delta float64) (said string, err error) {
	if err := r.steerable(); err != nil {
		return "", err
	}
	if !r.do(func() { said, err = r.addUsers(int(math.Round(delta))) }) {
		return "", errOver
	}
	return said, err
}

// steerable says what decides on the load if it cannot be changed by hand. It does not change once the run has begun.
func (r *run) steerable() error {
	switch {
	case r.k6 != nil:
		return errors.New("the scenarios of the script decide on the load")
	case r.shape != "":
		return fmt.Errorf("load shape %s decides on the load", r.shape)
	case r.open != nil:
		return errors.New("the rate of an open run cannot be changed yet")
	}
	return nil
}

// addUsers changes how many users a closed run is to have; those who are asked for and not yet there count. It belongs to
// the goroutine of runTest.
func (r *run) addUsers(n int) (said string, err error) {
	before, _ := r.driver.Target()
	users := min(max(before+n, 0), maxUsers)
	if users == before {
		return fmt.Sprintf("there are to be %d users, as before", users), nil
	}
	r.checkFiles(users)
	rate := max(r.opts.rate, math.Abs(float64(n))) // a second at the most
	r.state.Store("spawning")
	if err := r.driver.Goal(users, rate); err != nil {
		return "", err
	}
	return fmt.Sprintf("from %d to %d users at a rate of %.2f per second", before, users, rate), nil
}
