package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// What a figure of a tool is compared with.
const (
	byPlan   = "plan"    // the closed form: what every request would have taken, sent when it was planned
	byLog    = "server"  // the server's own log of this run: what it really took
	byReplay = "replay"  // the server's answers, counted from when the requests were planned
	byWire   = "capture" // first to last packet of each exchange, as captured on the loopback device
)

// comparison is one figure of one run against one truth.
type comparison struct {
	scenario, tool string
	figure         string // response, service or lag
	truth          string // of the above
	want, got      times
}

// run is one run of a tool in a scenario.
type run struct {
	scenario, tool string
	report         *report
	rate           float64 // requests a second that the server saw
	seen           int     // requests in the server's log, warm-up included
	serverLate     times   // how late the server gave its answers
	compared       []comparison
}

// costPerRequest is the processor time of the whole process for each request that the server saw, in microseconds.
func (r run) costPerRequest() float64 {
	return float64(r.report.cpu.Microseconds()) / float64(r.seen)
}

// measure runs a tool in a scenario against a server of its own.
func (b *bench) measure(ctx context.Context, s scenario, t *tool, l load, seed uint64) (*run, error) {
	to, err := startTarget(ctx, b.dir, s.behaviour(t.warmup, l.time), seed, true)
	if err != nil {
		return nil, err
	}
	wire, err := b.capture(ctx, s, to)
	if err != nil {
		return nil, errors.Join(err, killed(to))
	}
	got, err := t.run(ctx, b.dir, to.url, l)
	if err != nil {
		wire.kill()
		return nil, errors.Join(err, killed(to))
	}
	log, err := to.stop()
	if err != nil {
		return nil, err
	}
	if len(log) < 2 {
		return nil, fmt.Errorf("%s: %d requests reached the server", t.name, len(log))
	}
	r := &run{scenario: s.id, tool: t.name, report: got, seen: len(log), serverLate: logTimes(lateness(log))}
	r.rate = float64(len(log)-1) / (log[len(log)-1].Read - log[0].Read).Seconds()
	r.compare(s, t, l, log)
	exchanges, err := wire.stop()
	if len(exchanges) > 0 {
		r.add(byWire, "service", logTimes(exchanges), got.service)
	}
	return r, err
}

// killed ends the server after an error elsewhere.
func killed(to *target) error {
	to.kill()
	return nil
}

// add compares a figure with a truth, if the tool reports it.
func (r *run) add(truth, figure string, want, got times) {
	if got.reported() {
		r.compared = append(r.compared, comparison{r.scenario, r.tool, figure, truth, want, got})
	}
}

// compare compares what a tool reports with the truths that there are. With the plan of an open run its response time
// is compared, or, if it has none, what it reports instead: that is what its reader takes for it.
func (r *run) compare(s scenario, t *tool, l load, log []entry) {
	got := r.report
	if s.plan != nil {
		plan := planTimes(s.plan(l.time))
		switch {
		case s.rate == 0:
			r.add(byPlan, "service", plan, got.service)
		case got.response.reported():
			r.add(byPlan, "response", plan, got.response)
		default:
			r.add(byPlan, "service", plan, got.service)
		}
	}
	switch {
	case got.response.reported() && l.poisson: // the arrivals are the plan
		r.add(byReplay, "response", logTimes(served(log, t.warmup)), got.response)
	case got.response.reported():
		r.add(byReplay, "response", logTimes(replayed(log, l.rate, t.warmup)), got.response)
	}
	r.add(byLog, "service", logTimes(served(log, t.warmup)), got.service)
	r.add(byPlan, "lag", planTimes(constantQuantile(0)), got.lag)
}

// judge says which quantiles of a comparison are off by more than the scenario allows.
func (s scenario) judge(want, errors times) (off []int) {
	for i := range s.upTo {
		if allowed := max(s.share*want[i], s.floor); math.IsNaN(errors[i]) || math.Abs(errors[i]) > allowed {
			off = append(off, i)
		}
	}
	return off
}

// settle is a pause between runs, in which ports and processors come to rest.
func settle(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(500 * time.Millisecond):
	}
}
