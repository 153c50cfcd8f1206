package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"katydid/exporter"
	"katydid/fleet"
	"katydid/metrics"
	"katydid/runtime/load"
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
	added  bool          // it was this shard that has added up the figures of all
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
	if s.target, err = parseStore(r.opts.rendezvous, r.sys.getenv, "read, create, write and list (sp=rcwl)"); err != nil {
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
	s.member, err = fleet.Join(ctx, s.blobs, fleet.Options{Run: r.opts.runID, Index: index, Plan: r.shardPlan(), Ready: r.shardReady(), Log: r.log.slog})
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
	return nil
}

// shardReady is what a shard needs between the barrier and the load: in an open run its first users are made then.
func (r *run) shardReady() time.Duration {
	if r.opts.startRate > 0 || r.shape != "" {
		return warmLimit + time.Second
	}
	return time.Second
}

// joinFailure is the exit code for an error of fleet.Join or Wait.
func joinFailure(err error) *failure {
	var taken *fleet.TakenError
	var differs *fleet.DiffersError
	var over *fleet.OverError
	var late *fleet.LateError
	var aborted *fleet.AbortedError
	switch {
	case errors.As(err, &taken): // an engine has started it twice
		return &failure{exitOK, err}
	case errors.As(err, &differs), errors.As(err, &over):
		return usage(err)
	case errors.As(err, &late):
		return &failure{exitPartial, err}
	case errors.As(err, &aborted):
		return &failure{cmp.Or(aborted.Exit, exitFailed), err}
	}
	return &failure{exitNotExported, fmt.Errorf("--rendezvous: %w", err)}
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
	ended, failed := (*endedError)(nil), (*setupError)(nil)
	switch {
	case errors.As(err, &failed):
		return &failure{r.noStart(), errors.New("setup failed, see above")}
	case errors.As(err, &ended):
		return &failure{r.noStart(), err}
	case err != nil:
		return joinFailure(err)
	}
	missing := ""
	if n := r.shard.Of - len(s.start.Members); n > 0 {
		missing = fmt.Sprintf(", %s did not come", count(int64(n), "shard"))
	}
	begin := " begin together"
	if len(s.start.Members) == 1 {
		begin = " begins"
	}
	r.log.infof("%s%s at %s%s (the store's clock is ahead by %s, give or take %s)", count(int64(len(s.start.Members)), "shard"), begin,
		s.start.At.Format("15:04:05.000"), missing, s.start.Offset.Round(time.Millisecond), s.start.Bound.Round(time.Millisecond))
	return nil
}

// noStart is the exit code of a run that this process has ended before it began.
func (r *run) noStart() int {
	if r.k6 == nil {
		return exitFailed
	}
	return max(r.exitCode(r.snapshot.Load()), exitFailed)
}

// setupError says to the other shards that setup has failed in this one, and what they end with.
type setupError struct{ code int }

func (*setupError) Error() string   { return "its log says why" }
func (e *setupError) ExitCode() int { return e.code }

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
	return s.tickOf(snap, o.latest)
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

// meet is the barrier before the load, if other processes make it, too. setup, if not nil, is run by one of them.
func (r *run) meet(setup func(context.Context) (json.RawMessage, error)) *failure {
	if r.shards == nil {
		return nil
	}
	if fail := r.shards.wait(setup); fail != nil {
		_ = r.shards.blobs.Close()
		return fail
	}
	r.started = r.shards.start.At // the wait is no part of the run
	r.out.begin(r.started)
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
	r.env.Recorder.Begin(r.shards.start.At)
	r.mark.Store(markProcess())
	r.shards.begin()
	return r.shards.start.At
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
			return nil, &setupError{code}
		}
		return t.setupData, nil
	}
}
