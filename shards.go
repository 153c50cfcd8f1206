package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"katydid/exporter"
	"katydid/fleet"
	"katydid/metrics"
	"katydid/runtime/load"
	"katydid/runtime/module"
	"katydid/stats"
	"katydid/web"
)

// shards is this process's part in a run that several make together; see package fleet.
type shards struct {
	r      *run
	target *exporter.Target
	blobs  *fleet.Blobs
	member *fleet.Member
	start  *fleet.Start  // after the barrier
	begun  atomic.Bool   // the load goes on
	result *fleet.Result // at the end; nil if it is not known
}

// join makes this process a shard of the run that the options name. Nothing was sent to the target yet.
func (r *run) join() *failure {
	if r.embedded {
		return usage(errors.New("--shards: each process would load a target API of its own; give --host"))
	}
	index, err := r.shardNumber()
	if err != nil {
		return usage(err)
	}
	s := &shards{r: r}
	if s.target, err = exporter.Parse(r.opts.rendezvous, r.sys.getenv); err != nil {
		return usage(fmt.Errorf("--rendezvous: %w", err))
	}
	warnings, err := s.target.CheckReading(time.Now(), time.Now().Add(r.opts.runTime))
	if err != nil {
		return &failure{exitNotExported, fmt.Errorf("--rendezvous: %w", err)}
	}
	for _, w := range warnings {
		r.log.warnf("--rendezvous: %s", w)
	}
	if s.blobs, err = fleet.Open(s.target); err != nil {
		return usage(fmt.Errorf("--rendezvous: %w", err))
	}
	ctx, stop := signalled(r.sys.signals)
	defer stop()
	s.member, err = fleet.Join(ctx, s.blobs, fleet.Options{Run: r.opts.runID, Index: index, Plan: r.shardPlan(), Ready: shardsReady, Log: r.log.slog})
	if err != nil {
		_ = s.blobs.Close()
		return joinFailure(err)
	}
	stopHere := r.env.Stop
	r.env.Stop = func(reason string) { s.tell(fleet.Stop, reason); stopHere(reason) }
	r.shards = s
	r.shard = load.Shard{Index: s.member.Index(), Of: s.member.Of()}
	r.shared.Shared.Index, r.shared.Shared.Of = r.shard.Index, r.shard.Of
	r.k6Run().Shard = r.shard
	r.log.infof("this is shard %d of %d of the run %s", r.shard.Index, r.shard.Of, r.opts.runID)
	return nil
}

// shardsReady is what a shard needs between the barrier and the load.
const shardsReady = time.Second

// joinFailure is the exit code for an error of fleet.Join or Wait.
func joinFailure(err error) *failure {
	var taken *fleet.TakenError
	var differs *fleet.DiffersError
	var late *fleet.LateError
	var aborted *fleet.AbortedError
	switch {
	case errors.As(err, &taken): // an engine has started it twice
		return &failure{exitOK, err}
	case errors.As(err, &differs):
		return usage(err)
	case errors.As(err, &late):
		return &failure{exitPartial, err}
	case errors.As(err, &aborted):
		return broken(err)
	}
	return &failure{exitNotExported, fmt.Errorf("--rendezvous: %w", err)}
}

// shardNumber is which shard this is: as the options say, else the engine.
func (r *run) shardNumber() (int, error) {
	if r.opts.shardIndex != shardNotGiven {
		return r.opts.shardIndex, nil
	}
	index, count, from, ok, err := shardIndex(r.sys.getenv)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return 0, errors.New("--shards: which of them is this? give --shard-index N, or auto for the next that is free")
	case count > 0 && count != r.opts.shards:
		return 0, fmt.Errorf("--shards %d, but the engine that sets %s says that there are %d: give the same number", r.opts.shards, from, count)
	}
	return index, nil
}

// shardPlan is what all shards have to agree on.
func (r *run) shardPlan() fleet.Plan {
	p := fleet.Plan{Shards: r.opts.shards, Script: r.scriptName(), Length: r.opts.runTime}
	if k := r.k6; k != nil {
		p.Setup = k.exports.Setup && !k.options.NoSetup
		p.SetupTimeout = k.options.SetupTimeout
		for i := range k.options.Scenarios {
			sc := &k.options.Scenarios[i]
			p.Length = max(p.Length, sc.StartTime+sc.Length())
		}
		if !k.options.NoThresholds {
			p.Thresholds = thresholdsOf(k.options.Thresholds)
		}
	}
	for _, text := range r.opts.thresholds {
		key, expr, _ := splitThreshold(text) // it was checked
		p.Thresholds = append(p.Thresholds, metrics.ThresholdsOf{Key: key, Thresholds: []metrics.Threshold{{Expr: expr}}})
	}
	p.About = r.about()
	p.Sums = map[string]string{"script": r.env.Script.Sum, "options": r.optionsSum(), "version of katydid": version}
	return p
}

// optionsSum is a hash of all options that say what load is made: of secrets among them nothing can be learned from it, as
// it has the run's name in it.
func (r *run) optionsSum() string {
	o := r.opts
	text := fmt.Sprintf("%q %q %d %g %g %q %s %g %q %q %q %q", o.runID, o.host, o.users, o.rate, o.startRate, o.arrivals, o.runTime, o.maxRPS, o.classes,
		o.tags, o.excludeTags, o.thresholds)
	custom, _ := json.Marshal(o.custom) // texts, numbers and lists of them
	if r.k6 != nil {
		text += string(r.k6.options.JSON())
	}
	sum := sha256.Sum256([]byte(text + string(custom)))
	return hex.EncodeToString(sum[:])
}

// wait is the barrier before the load: it returns at the moment at which all shards begin. setup may be nil.
func (s *shards) wait(setup func(context.Context) (json.RawMessage, error)) *failure {
	r := s.r
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r.log.infof("waiting for the other shards at %s", s.blobs)
	err := r.attend("the wait for the other shards", 0, cancel, func() (err error) {
		s.start, err = s.member.Wait(ctx, setup)
		return err
	})
	if err != nil {
		return joinFailure(err)
	}
	missing := ""
	if n := r.shard.Of - len(s.start.Members); n > 0 {
		missing = fmt.Sprintf(", %s did not come", count(int64(n), "shard"))
	}
	r.log.infof("%s begin together, now%s (clocks: %s, give or take %s)", count(int64(len(s.start.Members)), "shard"), missing, s.start.Offset.Round(time.Millisecond), s.start.Bound.Round(time.Millisecond))
	return nil
}

// begin lets the member tell the others what is measured, and heeds what is asked of all. Call it when the load begins.
func (s *shards) begin() {
	s.member.Begin()
	s.begun.Store(true)
	go func() {
		for c := range s.member.Commands() {
			time.Sleep(time.Until(c.At))
			s.heed(c)
		}
	}()
}

// heed does what is asked of all shards.
func (s *shards) heed(c fleet.Command) {
	r := s.r
	said, err := "", error(nil)
	switch c.Kind {
	case fleet.Stop:
		r.stopFor(c.Reason)
	case fleet.Abort:
		if r.k6 != nil {
			r.k6.ended.Store(true)
		}
		r.stopFor(c.Reason)
	case fleet.Users:
		if !r.do(func() { said, err = r.changeUsers(c.Users, c.SpawnRate) }) {
			return
		}
	case fleet.Rate:
		if !r.do(func() { said, err = r.changeRateAt(c.At, c.Rate) }) {
			return
		}
	}
	switch {
	case err != nil:
		r.log.warnf("%s asks for something that this run cannot do: %s", c.By, err)
	case said != "":
		r.log.infof("%s: %s", c.By, said)
	}
}

// finish tells the others that this shard is at its end, waits for theirs, and takes over what the run came to.
func (s *shards) finish(teardown func(context.Context)) {
	r := s.r
	ctx, stop := s.patience()
	defer stop()
	s.begun.Store(false)
	r.log.infof("waiting for the others to end")
	res, sum, err := s.member.Finish(ctx, fleet.Ending{Teardown: teardown, Last: func() (fleet.Tick, int) {
		return s.tick(), r.ownExit()
	}})
	_ = s.blobs.Close() // nothing is left to be lost
	if err != nil {
		r.log.errorf("what the run came to is not known: %s", s.target.Scrub(oneLine(err)))
		r.outcome.unexported = true
		return
	}
	s.result, r.results = res, res.Results
	if sum != nil { // this shard has added up
		r.measured = sum.Metrics
		r.screen.Close()
		_ = sum.WriteTable(r.sys.stderr)
	}
	lost := ""
	if res.Partial {
		lost = fmt.Sprintf(", PARTIAL: %s; %.1f %% of the load are missing", res.Lost, 100*res.Missing)
	}
	verdict := string(res.Verdict)
	if len(res.Reasons) > 0 {
		verdict += " (" + strings.Join(res.Reasons, "; ") + ")"
	}
	r.log.infof("all shards together: %d requests, %s%s", res.Count, verdict, lost)
}

// patience is how long the end may take: a signal leaves a dyno or a pod some seconds.
func (s *shards) patience() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	limit := 10 * time.Minute
	if _, ok := s.r.signalled(); ok {
		limit = dynoGrace
	}
	timer := time.AfterFunc(limit, cancel)
	go func() {
		select {
		case sig := <-s.r.sys.signals:
			s.r.log.warnf("got signal %s: not waiting for the other shards", sig)
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { timer.Stop(); cancel() }
}

// tell asks something of all shards, without waiting for it. A nil receiver does nothing: there are no others. Any goroutine
// may call it.
func (s *shards) tell(kind, reason string) {
	if s == nil || !s.begun.Load() {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		ask := s.member.Stop
		if kind == fleet.Abort {
			ask = s.member.Abort
		}
		if err := ask(ctx, reason); err != nil {
			s.r.log.errorf("the other shards could not be asked to end: %s", s.target.Scrub(oneLine(err)))
		}
	}()
}

// record passes on what was measured, while the load goes on. A nil receiver does nothing. It is called by the goroutine that
// collects.
func (s *shards) record(snap *stats.Snapshot, l web.Load) {
	if s != nil && s.begun.Load() {
		s.member.Record(s.tickOf(snap, l))
	}
}

// tick collects what was measured since the last one.
func (s *shards) tick() fleet.Tick {
	o := s.r.out
	o.mu.Lock()
	defer o.mu.Unlock()
	snap := o.snapshot()
	return s.tickOf(snap, o.load(snap.At))
}

func (s *shards) tickOf(snap *stats.Snapshot, l web.Load) fleet.Tick {
	r := s.r
	cpu, rss := resourceUsage()
	health := r.healthNow(r.starts(snap.At))
	health.Interrupted = r.shared.Interrupted.Load()
	return fleet.Tick{
		Snapshot: snap, Frame: func() *stats.Frame { return r.env.Recorder.Frame(snap) },
		Metrics: func() *metrics.Frame {
			r.judging.Lock()
			defer r.judging.Unlock()
			return r.k6Run().Metrics.Collect(time.Now()).Frame()
		},
		Health:  health,
		Usage:   fleet.Usage{CPU: cpu, RSSMax: rss, UsersMax: r.people.Peak()},
		Planned: l.Planned, Started: l.Started, CPU: l.CPU,
	}
}

// ownExit is the exit code for what went wrong in this shard and is in no figure.
func (r *run) ownExit() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.outcome
	if code := r.shared.ExitCode.Load(); code != module.NoExitCode {
		n := int(code)
		o.script = &n
	}
	o.isK6 = r.k6 != nil
	return o.code()
}

// exitCode is the same for all shards: their own troubles, then what the figures of all say. It is called with run.mu held.
func (s *shards) exitCode() int {
	r, res := s.r, s.result
	if r.outcome.notWritten {
		return exitNotWritten // which was found out after the others had heard of this shard's troubles
	}
	if codes := res.Exits(); len(codes) > 0 {
		return codes[0]
	}
	return outcome{
		crossed: res.Crossed, partial: res.Partial, failed: res.Failed, invalid: r.opts.requireValid && res.Verdict == stats.Invalid,
		isK6: r.k6 != nil, onError: r.opts.exitCodeOnError,
	}.code()
}

// meet is the barrier before the load, if other processes make it, too. setup, if not nil, is run by one of them.
func (r *run) meet(setup func(context.Context) (json.RawMessage, error)) *failure {
	if r.shards == nil {
		return nil
	}
	if fail := r.shards.wait(setup); fail != nil {
		_ = r.shards.blobs.Close()
		return fail
	}
	r.started = time.Now() // the wait is no part of the run
	r.env.Recorder.Reset(r.started)
	if r.capRate(); r.k6 != nil {
		r.k6.shared.Turn = r.shared.Turn
		r.k6.setupData = r.shards.start.Setup
	}
	return nil
}

// together waits for the moment at which all shards begin, and gives it; without others it is now.
func (r *run) together() time.Time {
	if r.shards == nil {
		return time.Now()
	}
	time.Sleep(time.Until(r.shards.start.At))
	r.shards.begin()
	return r.shards.start.At
}

// part ends this process's part in a run that others make, too, when its load is over and has been counted.
func (r *run) part(teardown func(context.Context)) {
	switch {
	case r.shards == nil:
	case r.k6 == nil || !r.k6.exports.Teardown || r.k6.options.NoTeardown:
		r.shards.finish(nil)
	default:
		r.shards.finish(teardown)
	}
}

// setupForAll is the setup of a k6 script for the shard that runs it; nil if there is none.
func (r *run) setupForAll() func(context.Context) (json.RawMessage, error) {
	t := r.k6
	if !t.exports.Setup || t.options.NoSetup {
		return nil
	}
	return func(context.Context) (json.RawMessage, error) {
		code, ready := r.setupK6()
		if !ready {
			r.noteK6(code)
			return nil, errors.New("setup failed")
		}
		return t.setupData, nil
	}
}
