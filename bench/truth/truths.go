package main

import (
	"math"
	"slices"
	"time"
)

// quantiles are those that everything is compared at; the last one is the maximum.
var quantiles = []float64{0.5, 0.9, 0.99, 0.999, 1}

// times are durations at the quantiles, in milliseconds; NaN where there is none.
type times [5]float64

// noTimes is a set without any value.
func noTimes() times {
	nan := math.NaN()
	return times{nan, nan, nan, nan, nan}
}

// planTimes evaluates a closed form, in milliseconds, at the quantiles.
func planTimes(quantile func(p float64) float64) times {
	t := noTimes()
	for i, p := range quantiles {
		if v := quantile(p); !math.IsInf(v, 1) {
			t[i] = v
		}
	}
	return t
}

// logTimes takes the quantiles of durations: the value whose rank is nearest to the share p of their number, as
// HdrHistogram does. It sorts d.
func logTimes(d []time.Duration) times {
	t := noTimes()
	if len(d) == 0 {
		return t
	}
	slices.Sort(d)
	for i, p := range quantiles {
		rank := max(1, int(p*float64(len(d))+0.5))
		t[i] = ms(d[rank-1])
	}
	return t
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// What follows are the closed forms: the response time in milliseconds that the share p of the requests does not
// exceed, each request counted from when it was planned.

// constantQuantile is that of a constant delay.
func constantQuantile(delay float64) func(p float64) float64 {
	return func(float64) float64 { return delay }
}

// logNormalQuantile is exp(mu + sigma z), z the quantile of the standard normal distribution.
func logNormalQuantile(median, sigma float64) func(p float64) float64 {
	return func(p float64) float64 { return median * math.Exp(sigma*math.Sqrt2*math.Erfinv(2*p-1)) }
}

// freezeQuantile is for even arrivals, of which those in a freeze of a length wait for its end; one freeze in each
// period. Waits are uniform from 0 to the length, so a share of (length-x)/period is above x.
func freezeQuantile(length, period float64) func(p float64) float64 {
	return func(p float64) float64 { return max(0, length-(1-p)*period) }
}

// mm1Quantile is the sojourn time of M/M/1: exponential with the rate mu-lambda. Rates are per millisecond.
func mm1Quantile(lambda, mu float64) func(p float64) float64 {
	return func(p float64) float64 { return -math.Log1p(-p) / (mu - lambda) }
}

// dm1Quantile is the sojourn time of D/M/1: exponential with the rate mu(1-sigma), where sigma is the root below 1 of
// sigma = exp(-mu(1-sigma)/lambda) (Kleinrock, Queueing Systems I, 6.4, for even arrivals).
func dm1Quantile(lambda, mu float64) func(p float64) float64 {
	sigma := 0.5
	for range 1000 { // a contraction for lambda < mu
		sigma = math.Exp(-mu * (1 - sigma) / lambda)
	}
	return func(p float64) float64 { return -math.Log1p(-p) / (mu * (1 - sigma)) }
}

// stepQuantile is that of a mix of delays, in ascending order, with their shares in percent.
func stepQuantile(delays, percent []float64) func(p float64) float64 {
	return func(p float64) float64 {
		sum := 0.0
		for i, share := range percent {
			if sum += share; 100*p <= sum+1e-9 {
				return delays[i]
			}
		}
		return delays[len(delays)-1]
	}
}
