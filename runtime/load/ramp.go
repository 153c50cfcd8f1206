package load

import (
	"math"
	"time"
)

// A Ramp takes the number of users from From to To as Locust does: batches of
// max(1, floor(Rate)) users, one every batch/Rate seconds, the first at t = 0.
// From 0 to 5 at a Rate of 2 gives 2, 4, 5 users at 0, 1, 2 s; at a Rate of
// 0.5 one user every 2 s. Downwards it is the same. Rate is in users per
// second; with one that is not a positive number all happens at t = 0.
type Ramp struct {
	From, To int
	Rate     float64
}

// Level is the number of users that are due at time t after the start.
func (r Ramp) Level(t time.Duration) int {
	if t < 0 {
		return r.From
	}
	done := r.done(t) + 1
	if done >= r.batches() {
		return r.To
	}
	if r.To < r.From {
		return r.From - done*r.batch()
	}
	return r.From + done*r.batch()
}

// Next is the time of the first batch after t; it reports false if all
// batches are due at t.
func (r Ramp) Next(t time.Duration) (time.Duration, bool) {
	next := 0
	if t >= 0 {
		next = r.done(t) + 1
	}
	if next >= r.batches() {
		return 0, false
	}
	return r.at(next), true
}

// Duration is the time of the last batch.
func (r Ramp) Duration() time.Duration {
	if n := r.batches(); n > 1 {
		return r.at(n - 1)
	}
	return 0
}

// done is the index of the last batch due at t >= 0, at most batches()-1.
func (r Ramp) done(t time.Duration) int {
	last := max(0, r.batches()-1)
	if last == 0 || t == math.MaxInt64 {
		return last
	}
	k := int(min(float64(last), float64(t)/float64(r.every())))
	// The division may be off by one batch; at decides.
	for k > 0 && r.at(k) > t {
		k--
	}
	for k < last && r.at(k+1) <= t {
		k++
	}
	return k
}

// at is the time of batch k. It is not k times a rounded interval, so that
// the error does not add up.
func (r Ramp) at(k int) time.Duration {
	if k == 0 {
		return 0 // whatever the interval: it is infinite for a rate of 0
	}
	ns := float64(k) * r.every()
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(ns)
}

// every is the time between two batches in nanoseconds.
func (r Ramp) every() float64 {
	return max(1, math.Floor(r.Rate)) / r.Rate * float64(time.Second)
}

func (r Ramp) batches() int {
	return (r.size() + r.batch() - 1) / r.batch()
}

func (r Ramp) size() int { return max(r.To-r.From, r.From-r.To) }

func (r Ramp) batch() int {
	if !(r.Rate > 0) || r.Rate >= float64(r.size()) {
		return max(1, r.size())
	}
	return max(1, int(r.Rate))
}
