package main

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// TestClosedForms holds the closed forms to values worked out by hand or taken from the literature.
func TestClosedForms(t *testing.T) {
	tests := []struct {
		name     string
		quantile func(p float64) float64
		p, want  float64
	}{
		{"constant", constantQuantile(5), 0.999, 5},
		{"log-normal, median", logNormalQuantile(5, 0.8), 0.5, 5},
		{"log-normal, 2.326 sigma", logNormalQuantile(5, 0.8), 0.99, 5 * math.Exp(0.8*2.3263479)},
		{"S3, below the freeze", freezeQuantile(2000, 30_000), 0.93, 0},
		{"S3", freezeQuantile(2000, 30_000), 0.95, 500},
		{"S3", freezeQuantile(2000, 30_000), 0.99, 1700},
		{"S3", freezeQuantile(2000, 30_000), 0.999, 1970},
		{"S3, longest", freezeQuantile(2000, 30_000), 1, 2000},
		{"S4", freezeQuantile(50, 1000), 0.95, 0},
		{"S4", freezeQuantile(50, 1000), 0.96, 10},
		{"S4", freezeQuantile(50, 1000), 0.99, 40},
		{"S4", freezeQuantile(50, 1000), 0.999, 49},
		{"M/M/1", mm1Quantile(0.8, 1), 0.5, 3.4657},
		{"M/M/1", mm1Quantile(0.8, 1), 0.9, 11.5129},
		{"M/M/1", mm1Quantile(0.8, 1), 0.99, 23.0259},
		{"M/M/1", mm1Quantile(0.8, 1), 0.999, 34.5388},
		{"D/M/1, sigma 0.6286", dm1Quantile(0.8, 1), 0.9, 6.200},
		{"D/M/1", dm1Quantile(0.8, 1), 0.99, 12.400},
		{"D/M/1", dm1Quantile(0.8, 1), 0.999, 18.600},
		{"mix", stepQuantile(mixDelays, mixPercent), 0.88, 2},
		{"mix", stepQuantile(mixDelays, mixPercent), 0.9, 10},
		{"mix", stepQuantile(mixDelays, mixPercent), 0.99, 50},
		{"mix", stepQuantile(mixDelays, mixPercent), 0.999, 200},
	}
	for _, test := range tests {
		if got := test.quantile(test.p); math.Abs(got-test.want) > 1e-3*max(1, test.want) {
			t.Errorf("%s: quantile %g is %g, want %g", test.name, test.p, got, test.want)
		}
	}
}

// TestBehavioursHaveTheirClosedForms lets each scenario's behaviour answer a plan without any tool: what it makes of
// the plan has to be what the closed form says.
func TestBehavioursHaveTheirClosedForms(t *testing.T) {
	for _, s := range scenarios {
		if s.rate == 0 {
			continue
		}
		run, n := 30*time.Second, 30*int(s.rate)
		share, floor := 1e-3, 1001/s.rate // the time between two requests, in milliseconds
		if !s.exact {
			n, share, floor = 2_000_000, 0.05, 0
		}
		behave, err := parseBehaviour(s.behaviour(0, run), 1)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(2, 0))
		var at time.Duration
		var all []time.Duration
		for i := range n {
			if s.poisson {
				at += time.Duration(rng.ExpFloat64() / s.rate * float64(time.Second))
			} else {
				at = time.Duration(float64(i) / s.rate * float64(time.Second))
			}
			all = append(all, behave(at)-at)
		}
		got, want := logTimes(all), planTimes(s.plan(run))
		for i, p := range quantiles[:4] {
			if math.Abs(got[i]-want[i]) > max(share*want[i], floor) {
				t.Errorf("%s: quantile %g is %.3f ms, the closed form says %.3f ms", s.id, p, got[i], want[i])
			}
		}
	}
}

func TestLogTimes(t *testing.T) {
	var d []time.Duration
	for i := 1000; i > 0; i-- {
		d = append(d, time.Duration(i)*time.Millisecond)
	}
	if got, want := logTimes(d), (times{500, 900, 990, 999, 1000}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if logTimes(nil).reported() {
		t.Error("no durations have quantiles")
	}
}
