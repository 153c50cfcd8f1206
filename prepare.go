package main

import (
	"errors"
	"time"

	"katydid/exporter"
	"katydid/runtime/load"
	"katydid/runtime/vu"
	"katydid/stats"
)

// prepare does all that can fail before the first request: driver, embedded target, init listeners, files.
func (r *run) prepare() *failure {
	var classes []load.Class
	for _, c := range r.env.Classes {
		classes = append(classes, load.Class{Name: c.Name, Weight: c.Weight, Fixed: c.Fixed})
	}
	plan, open, fail := r.openPlan()
	if fail != nil {
		return fail
	}
	var err error
	if open {
		r.gatherOpen(plan, classes)
	} else if err = r.gather(classes); err != nil {
		return broken(err)
	}
	if r.embedded {
		if err := r.embed(); err != nil {
			return broken(err)
		}
	}
	r.started = time.Now()
	r.capRate()
	return r.openResults()
}

// openResults opens everything that the results go to.
func (r *run) openResults() *failure {
	r.env.Recorder = stats.NewRecorder(r.started, stats.Options{
		RecentTimes: r.opts.csvFullHistory, Seconds: r.opts.json || r.opts.jsonFile != "",
		IntervalLog: r.opts.csv != "" || r.opts.html != "" || r.watch != nil || r.shards != nil || r.showsLive(),
	})
	if r.fire("init", nil); r.outcome.listener {
		return broken(errors.New("a listener of init threw, see above"))
	}
	if fail := r.openExport(); fail != nil { // before the files: a run that is refused leaves older results alone
		return fail
	}
	var err error
	if r.out, err = openOutputs(r); err != nil {
		r.export.close()
		return &failure{exitNotWritten, err}
	}
	if r.export == nil && r.opts.csv != "" {
		if err := exporter.Forget(r.opts.csv); err != nil {
			return &failure{exitNotWritten, err}
		}
	}
	return nil
}

// dynoRPS is what Heroku's guideline allows without asking.
const dynoRPS = 10_000

// capRate takes over --max-rps, and the platform's rule where there is one.
func (r *run) capRate() {
	if r.shards != nil && r.shards.start == nil {
		return // all shards count from the start of the load
	}
	switch {
	case r.opts.maxRPS > 0:
		r.cap = r.shard.Cap(r.opts.maxRPS, time.Now())
	case r.sys.onDyno():
		r.cap = load.NewCap(dynoRPS, time.Now())
		r.log.infof("on a dyno: no more than %d requests per second are sent, as Heroku's guideline for load tests says; --max-rps changes that", dynoRPS)
	default:
		return
	}
	r.shared.Turn = r.cap.Take
}

// gather makes the crowd of a closed run, still empty, and its driver.
func (r *run) gather(classes []load.Class) error {
	mix, err := load.NewMix(classes)
	if err != nil {
		return err
	}
	r.mu.Lock() // the memory's watch looks for the crowd
	defer r.mu.Unlock()
	r.crowd = vu.NewCrowd(r.env, func(class int) { r.driver.Ended(class) })
	r.people = r.crowd
	r.driver = load.NewClosed(mix, r.crowd, r.complete)
	r.driver.Share(r.shard)
	return nil
}

// embed starts the target API in this process for all classes that send requests.
func (r *run) embed() (err error) {
	if r.target, err = embedTarget(); err != nil {
		return err
	}
	for i := range r.env.Classes {
		if c := &r.env.Classes[i]; c.HTTP != nil {
			c.Host, c.Origin = r.target.url, r.target.origin
		}
	}
	return nil
}
