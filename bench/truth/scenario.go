package main

import (
	"fmt"
	"time"
)

// scenario is one behaviour of the server under one load.
type scenario struct {
	id, title string
	rate      float64 // requests a second; 0 is closed
	poisson   bool    // random arrivals, for the tools that have them
	most      int     // users that the plan may need at once: for tools that make users on demand
	conns     int     // users, or connections, of the others

	// behaviour of the server, for a run of a length. A tool's warm-up comes before it.
	behaviour func(warmup, run time.Duration) string
	// plan is the closed form of the response time in milliseconds; nil where there is none.
	plan func(run time.Duration) func(p float64) float64
	// exact says that the plan holds for every run, not only on average: nothing is drawn by chance.
	exact bool
	// allowed is the error that katydid may have, as a share of the true value and in milliseconds; the larger counts.
	share, floor float64
	upTo         int  // how many of the quantiles are judged
	captured     bool // packets may be captured: the rate is low
}

// always is a behaviour that does not depend on the run.
func always(text string) func(_, _ time.Duration) string {
	return func(_, _ time.Duration) string { return text }
}

// forAny is a closed form that does not depend on the run.
func forAny(quantile func(p float64) float64) func(time.Duration) func(float64) float64 {
	return func(time.Duration) func(float64) float64 { return quantile }
}

// freezeShare is the part of a run of S3 for which the server is frozen: 2 s of 30 s.
const freezeShare = 15

var (
	mixDelays  = []float64{2, 10, 50, 200}
	mixPercent = []float64{88, 10, 1.8, 0.2}
)

// scenarios are the measuring ones, in order; S6 to S8 are programs of their own.
var scenarios = []scenario{
	noOp("S0-200", 200), noOp("S0-1000", 1000), noOp("S0-5000", 5000),
	{
		id: "S1", title: "every answer takes 5 ms", rate: 200, most: 50, conns: 10,
		behaviour: always("constant:5ms"), plan: forAny(constantQuantile(5)), exact: true, share: 0.01, floor: 0.150, upTo: 4,
		captured: true,
	},
	{
		id: "S2", title: "log-normal delays, median 5 ms, sigma 0.8", rate: 2000, most: 500, conns: 100,
		behaviour: always("lognormal:5ms,0.8"), plan: forAny(logNormalQuantile(5, 0.8)), share: 0.01, floor: 0.150, upTo: 4,
	},
	{
		id: "S3", title: "one freeze of a fifteenth of the run (2 s of 30 s)", rate: 1000, most: 3000, conns: 10,
		behaviour: func(warmup, run time.Duration) string {
			return fmt.Sprintf("freeze:%v,%v,0s", warmup+run/3, run/freezeShare)
		},
		plan:  func(run time.Duration) func(float64) float64 { return freezeQuantile(ms(run)/freezeShare, ms(run)) },
		exact: true, share: 0.02, floor: 0.150, upTo: 4,
	},
	{
		id: "S4", title: "a freeze of 50 ms every second", rate: 1000, most: 200, conns: 10,
		behaviour: func(warmup, _ time.Duration) string { return fmt.Sprintf("freeze:%v,50ms,1s", warmup+time.Second/2) },
		plan:      forAny(freezeQuantile(50, 1000)), exact: true, share: 0.02, floor: 0.150, upTo: 4, captured: true,
	},
	{
		id: "S5", title: "one worker, exponential service of 1 ms, random arrivals (M/M/1)", rate: 800, poisson: true, most: 300, conns: 100,
		behaviour: always("fifo:1ms"), plan: forAny(mm1Quantile(0.8, 1)), share: 0.01, floor: 0.150, upTo: 4,
	},
	{
		id: "S5'", title: "the same with even arrivals (D/M/1)", rate: 800, most: 300, conns: 100,
		behaviour: always("fifo:1ms"), plan: forAny(dm1Quantile(0.8, 1)), share: 0.01, floor: 0.150, upTo: 4,
	},
	{
		id: "mix", title: "200 users on one core, as fast as they can; 2 ms (88 %), 10 ms (10 %), 50 ms (1.8 %), 200 ms (0.2 %)",
		most: 200, conns: 200, behaviour: always("mix:2ms*88,10ms*10,50ms*1.8,200ms*0.2"),
		plan: forAny(stepQuantile(mixDelays, mixPercent)), share: 0.10, upTo: 3,
	},
}

// noOp is S0 at a rate: all that is measured is the path and the tool.
func noOp(id string, rate float64) scenario {
	return scenario{
		id: id, title: fmt.Sprintf("no delay, %.0f requests a second", rate), rate: rate, most: 100, conns: 10,
		behaviour: always("none"), plan: forAny(constantQuantile(0)), exact: true, share: 0.01, floor: 0.150, upTo: 4,
	}
}

// load is what a tool gets in this scenario; ok is false if the scenario is not for it.
func (s scenario) load(t *tool, run time.Duration) (l load, ok bool) {
	l = load{rate: s.rate, poisson: s.poisson, users: s.conns, time: run}
	if t.grows {
		l.users = s.most
	}
	switch {
	case s.poisson:
		return l, t.poisson
	case s.rate == 0:
		return l, t.closed
	case !t.open && !t.paced: // the best that it can do
		l.rate = 0
	}
	return l, true
}
