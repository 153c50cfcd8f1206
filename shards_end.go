package main

import (
	"bytes"
	"context"
	"strings"
	"time"

	"katydid/fleet"
	"katydid/runtime/module"
	"katydid/stats"
)

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
	defer func() { _ = s.blobs.Close() }() // nothing is left to be lost
	if err != nil {
		r.log.errorf("%s", s.target.Scrub(oneLine(err)))
		r.outcome.unexported = true
		return
	}
	s.result, r.results = res, res.Results
	if s.added = sum != nil; s.added {
		r.measured = sum.Metrics
		s.publish(ctx, sum)
	}
	verdict := string(res.Verdict)
	if len(res.Reasons) > 0 {
		verdict += " (" + strings.Join(res.Reasons, "; ") + ")"
	}
	r.log.infof("all shards together: %d requests, %s", res.Count, verdict)
}

// publish shows the table of all shards and puts the summary of the run beside its other files. It is for the one shard
// that has added up.
func (s *shards) publish(ctx context.Context, sum *fleet.Merged) {
	r := s.r
	r.screen.Close()
	_ = sum.WriteTable(r.sys.stderr)
	r.mu.Lock()
	code := s.exitCode()
	r.mu.Unlock()
	var b bytes.Buffer
	err := stats.WriteSummary(&b, sum.Summary(version, code))
	if err == nil {
		err = s.blobs.Put(ctx, r.opts.runID+"/merged/fleet.json", b.Bytes())
	}
	if err != nil {
		r.log.warnf("the summary of all shards is not in the store: %s; katydid merge makes it", s.target.Scrub(oneLine(err)))
	}
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
