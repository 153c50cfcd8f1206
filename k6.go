package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/k6"
	k6options "katydid/runtime/k6/options"
	"katydid/runtime/load"
	"katydid/runtime/vu"
)

// k6Test is what the run of a k6 script has besides what every run has.
type k6Test struct {
	exports   k6.Exports
	levels    k6Levels
	options   *k6options.Resolved
	shared    *k6.Run
	scenarios []*k6Scenario
	drivers   load.Scenarios
	planned   int // users that are made before the load
	clock     loadClock
	setupData []byte // JSON; nil for none
	outs      []*k6Out
	ended     atomic.Bool // before its time: iterations that are left are not counted as dropped
}

// loadK6 reads the options of a k6 script, whose top level has run, from all places where they may be.
func (r *run) loadK6(exports k6.Exports) *failure {
	t := &k6Test{exports: exports, shared: r.k6Run()}
	r.k6 = t
	if err := t.shared.Secrets.Err(); err != nil {
		return usageK6(err)
	}
	sys := r.sys
	opts, warnings, err := parseOptions(sys, nil, &t.levels)
	if err != nil {
		return usageK6(err)
	}
	if t.levels.args.Run.Verbose.Value {
		r.log.level = levelOf("DEBUG")
	}
	opts.onlySummary = opts.onlySummary || t.levels.args.Run.Quiet.Value
	r.settle(opts)
	for _, w := range warnings {
		r.log.warnf("%s", w)
	}
	merged, err := t.merge(r)
	if err != nil {
		return usageK6(err)
	}
	resolved, more, err := merged.Resolve()
	if err != nil {
		return usageK6(err)
	}
	for _, w := range more {
		r.log.warnf("%s", w)
	}
	t.options = resolved
	if fail := r.parseOut(); fail != nil {
		return fail
	}
	r.speakOf(merged)
	for _, sc := range resolved.Scenarios {
		if !exports.Functions[sc.Exec] {
			return usageK6(fmt.Errorf("scenario %s runs the function %q, which the script does not export: it exports %s",
				sc.Name, sc.Exec, strings.Join(slices.Sorted(maps.Keys(exports.Functions)), ", ")))
		}
	}
	return r.fitK6()
}

// speakOf warns of options that k6 has and that do nothing here.
func (r *run) speakOf(o *k6options.Options) {
	for _, idle := range []struct{ from, name, why string }{
		{o.Paused.From, "paused", "there is nothing that could wake the run: it starts at once"},
		{o.Run.Linger.From, "linger", "the process ends with the run"},
		{o.HTTPDebug.From, "httpDebug", "requests are not logged; see res.request and res.headers"},
		{o.Run.Address.From, "address", "there is no REST API"},
		{o.Run.LogFormat.From, "logFormat", "the log has one form"},
		{o.Run.LogOutput.From, "logOutput", "use --logfile"},
	} {
		if idle.from != "" {
			r.log.warnf("option %s (from %s) has no effect: %s", idle.name, idle.from, idle.why)
		}
	}
}

// usageK6 is an error of the options of a k6 script.
func usageK6(err error) *failure { return &failure{exitK6Options, err} }

// merge brings the levels together by k6's precedence.
func (t *k6Test) merge(r *run) (*k6options.Options, error) {
	script, warnings, err := k6options.FromScript(t.exports.Options)
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		r.log.warnf("%s", w)
	}
	env, err := k6options.FromEnv(r.sys.environ)
	if err != nil {
		return nil, err
	}
	file := &t.levels.file
	if name := r.opts.config; isK6Config(name) {
		text, err := os.ReadFile(filepath.Join(r.sys.dir, name))
		if filepath.IsAbs(name) {
			text, err = os.ReadFile(name)
		}
		if err != nil {
			return nil, fmt.Errorf("--config %s: %w", name, withoutPath(err))
		}
		json, err := k6options.FromFile(name, text)
		if err != nil {
			return nil, err
		}
		file = k6options.Merge(file, json)
	}
	return k6options.Merge(file, script, env, &t.levels.env, &t.levels.args), nil
}

// fitK6 gives the modules what the options decide.
func (r *run) fitK6() *failure {
	t, o := r.k6, r.k6.options
	var err error
	if t.shared.HTTP, err = k6.HTTPConfig(o); err != nil {
		return usageK6(err)
	}
	t.shared.Options = o
	for _, tag := range o.Tags {
		t.shared.Tags = t.shared.Tags.With(metrics.Tag{Name: tag.Name, Value: tag.Value})
	}
	if !o.NoThresholds {
		if err := t.shared.Metrics.Thresholds(thresholdsOf(o.Thresholds)); err != nil {
			return usageK6(err)
		}
	}
	if err := r.thresholds(); err != nil {
		return usageK6(err)
	}
	return r.openConsole()
}

// thresholdsOf are the thresholds of the script as metrics knows them.
func thresholdsOf(list []k6options.Threshold) (all []metrics.ThresholdsOf) {
	for _, th := range list {
		of := metrics.ThresholdsOf{Key: th.Key}
		for _, d := range th.List {
			of.Thresholds = append(of.Thresholds, metrics.Threshold{Expr: d.Expr, AbortOnFail: d.AbortOnFail, DelayAbortEval: d.DelayAbortEval})
		}
		all = append(all, of)
	}
	return all
}

// openConsole opens the file that takes what the script writes with console, if there is to be one.
func (r *run) openConsole() *failure {
	name := r.k6.options.ConsoleOutput
	if name == "" {
		return nil
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.sys.dir, name)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return &failure{exitNotWritten, fmt.Errorf("option consoleOutput: %s cannot be written: %w", r.k6.options.ConsoleOutput, withoutPath(err))}
	}
	log := newLogger(f, "DEBUG")
	log.redact = r.log.redact
	r.shared.Console = log.log
	return nil
}

// prepareK6 does all that can fail before setup runs.
func (r *run) prepareK6() *failure {
	t := r.k6
	r.started = time.Now()
	if rps := t.options.RPS; rps > 0 && r.opts.maxRPS == 0 {
		r.opts.maxRPS = float64(rps)
	}
	r.capRate()
	t.shared.Turn = r.shared.Turn
	if fail := r.openResults(); fail != nil {
		return fail
	}
	if fail := r.openOut(); fail != nil {
		return fail
	}
	t.shared.Pool = vu.NewPool(r.env)
	r.mu.Lock() // the memory's watch looks for the users
	r.people = t.shared.Pool
	r.mu.Unlock()
	r.makeScenarios()
	t.planned = t.drivers.Reserved()
	r.checkFiles(t.planned)
	if err := r.fill(t.planned); err != nil {
		return &failure{r.k6Code(err), err}
	}
	return nil
}

// fill makes the users that the scenarios are going to need.
func (r *run) fill(n int) error {
	began := time.Now()
	err := r.attend("the making of the users", 0, r.people.KillAll, func() error { return r.k6.shared.Pool.Fill(n) })
	if err == nil && n >= 100 {
		r.log.infof("%d users were made in %s", n, time.Since(began).Round(time.Millisecond))
	}
	return err
}

// attend waits for work that runs code of the script while the main goroutine hears signals: it is killed by one, by the
// end of the memory, by exec.test.abort, or after a limit, 0 for none.
func (r *run) attend(what string, limit time.Duration, kill func(), work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	var timeUp <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		timeUp = timer.C
	}
	var why error
	memory := r.memory.out
	for {
		select {
		case err := <-done:
			if why != nil {
				return why
			}
			return err
		case s := <-r.sys.signals:
			r.hearSignal(s)
			r.noteK6(exitK6Signal)
		case command := <-r.commands:
			command()
		case reason := <-r.stop:
			why = &endedError{reason + " while " + what + " was under way"}
		case <-timeUp:
			why = &lateError{fmt.Sprintf("it had not ended after %s: see the option %sTimeout", limit, what)}
		case <-memory:
			memory, why = nil, &endedError{r.memory.why}
		}
		if why != nil {
			kill()
		}
	}
}

// endedError is the error of work that was killed because the test ends; lateError that of work that took too long.
type (
	endedError struct{ text string }
	lateError  struct{ text string }
)

func (e *endedError) Error() string { return e.text }
func (e *lateError) Error() string  { return e.text }

// once runs setup, teardown or handleSummary.
func (r *run) once(name, group string, limit time.Duration, data []byte, result func(*k6.Once, goja.Value) error) error {
	once := k6.NewOnce(r.env)
	defer once.End()
	return r.attend(name, limit, once.Kill, func() error {
		return once.Call(name, group, data, func(v goja.Value) error { return result(once, v) })
	})
}

// k6Code is the exit code for an error of a part of the script.
func (r *run) k6Code(err error) int {
	var ended *endedError
	if errors.As(err, &ended) {
		return r.exitCode(r.snapshot.Load())
	}
	return exitK6Script
}

// loadClock is the time of the load. Any goroutine may ask.
type loadClock struct{ began, ended atomic.Pointer[time.Time] }

func (c *loadClock) begin() { now := time.Now(); c.began.Store(&now) }
func (c *loadClock) end()   { now := time.Now(); c.ended.Store(&now) }

// elapsed is how long the load has gone on, or did.
func (c *loadClock) elapsed() time.Duration {
	began, ended := c.began.Load(), c.ended.Load()
	switch {
	case began == nil:
		return 0
	case ended != nil:
		return ended.Sub(*began)
	}
	return time.Since(*began)
}
