package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"katydid/metrics"
	"katydid/stats"
)

// Result is what a run came to. There is only one, made of what all shards have measured together, so that all of them
// say the same and end with the same exit code.
type Result struct {
	At      time.Time        `json:"at"` // when it was decided, by the store's clock
	By      Claim            `json:"by"`
	Partial bool             `json:"partial"`
	Missing float64          `json:"missing"` // share of the load
	Lost    string           `json:"lost"`    // whose: "shard 3 died"
	Verdict stats.Verdict    `json:"verdict"`
	Reasons []string         `json:"reasons"`
	Results []metrics.Result `json:"results"`
	Crossed bool             `json:"crossed"` // some threshold does not hold
	Failed  bool             `json:"failed"`  // there were failures or exceptions
	Count   int64            `json:"count"`   // of requests
	Shards  []ShardState     `json:"shards"`
}

// Exits are the exit codes of the shards' own troubles, those that are not 0: whoever makes the run's exit code takes the
// first, or what it finds the worst of them.
func (r *Result) Exits() (codes []int) {
	for _, s := range r.Shards {
		if s.Exit != 0 {
			codes = append(codes, s.Exit)
		}
	}
	return codes
}

// Ending is what Finish needs of a shard whose load is over.
type Ending struct {
	// Last collects for the last time, and says which exit code the shard's own troubles have (0 for none): thresholds,
	// failures and the verdict are not among them, as the whole run decides on these. It is called again after Teardown.
	Last func() (t Tick, exit int)
	// Teardown is run by one of the shards, when the load of all is over; nil for none.
	Teardown func(context.Context)
	// Away is how long the store may be away before the shard gives up; 2 min.
	Away time.Duration
}

// AwayError says that a shard has not learned what the run came to. What it has measured may be in its own files only.
type AwayError struct {
	Stored bool // what it has measured is in the store
	Cause  error
}

// Error says what is lost.
func (e *AwayError) Error() string {
	text := "what all shards together came to is not known here"
	if !e.Stored {
		text += ", and what this one has measured is in its own files only, not in the store"
	}
	return fmt.Sprintf("%s: %v", text, e.Cause)
}

// Unwrap gives the cause.
func (e *AwayError) Unwrap() error { return e.Cause }

// Finish is called when the load of this shard is over and it has recorded everything but its last tick. It waits until all
// others are at their end or dead, and gives what the run came to, which the first shard that finds it so decides: that
// one also gets the sum, has put its files into the store, and nobody else does (nil). It ends what Begin began. Give ctx
// the time that the process has; an *AwayError says that it was not enough.
func (m *Member) Finish(ctx context.Context, e Ending) (*Result, *Merged, error) {
	defer m.end()
	f := &finishing{Member: m, ending: e}
	if f.ending.Away <= 0 {
		f.ending.Away = 2 * time.Minute
	}
	m.unguard()
	<-m.guarding // the watcher is Finish's from now on
	f.tell(Ended)
	result, merged, err := f.wait(ctx)
	if err != nil {
		m.live.mu.Lock()
		stored := len(m.live.waiting) == 0
		m.live.mu.Unlock()
		return nil, nil, &AwayError{stored, err}
	}
	return result, merged, nil
}

// Leave ends what Begin began, without a word to the others: they will take this shard for dead.
func (m *Member) Leave() { m.end() }

func (m *Member) end() {
	if m.stop != nil {
		m.stop()
		m.loops.Wait()
	}
}

// finishing is a member whose load is over.
type finishing struct {
	*Member
	ending  Ending
	told    time.Time // when this shard gave its last sign of life
	reached time.Time // when the store was last reached
}

// tell stores all that this shard has measured.
func (f *finishing) tell(state string) {
	t, exit := f.ending.Last()
	f.live.mu.Lock()
	f.live.report.State, f.live.report.Exit = state, exit
	if f.live.before != t.Snapshot {
		f.live.add(f.Member, &t)
	}
	f.Member.pack(&t, false)
	f.live.mu.Unlock()
	f.told = f.o.Now()
}

// wait looks again and again until there is a result.
func (f *finishing) wait(ctx context.Context) (*Result, *Merged, error) {
	rank, _ := slices.BinarySearch(f.start.Members, f.me.Index)
	f.reached = f.o.Now()
	var looked time.Time
	for {
		result, merged, err := f.look(ctx, rank, &looked)
		switch {
		case result != nil:
			return result, merged, f.flushed(ctx)
		case err != nil && ctx.Err() != nil:
			return nil, nil, err
		case err != nil && f.o.Now().Sub(f.reached) > f.ending.Away:
			return nil, nil, err
		case err == nil:
			f.reached = f.o.Now()
		}
		if f.o.Now().Sub(f.told) > f.o.Silence/3 {
			f.tell(Ended)
		}
		if err := sleep(ctx, f.every(barrierPoll)); err != nil {
			return nil, nil, err
		}
	}
}

// look asks for the result, and makes it if it is this shard's turn and all are at their end.
func (f *finishing) look(ctx context.Context, rank int, looked *time.Time) (*Result, *Merged, error) {
	ctx, cancel := context.WithTimeout(ctx, max(f.o.Silence/2, time.Second)) // the signs of life must not stop
	defer cancel()
	var there Result
	err := f.store.get(ctx, f.run.result(), &there)
	if err == nil {
		return &there, nil, nil
	}
	if !errors.Is(err, ErrAbsent) {
		return nil, nil, err
	}
	if f.flushed(ctx) != nil || !looked.IsZero() && f.o.Now().Sub(*looked) < turn(f.every(liveInterval), rank) {
		return nil, nil, nil
	}
	*looked = f.o.Now()
	merged, err := f.refresh(ctx)
	if err != nil || !merged.Over {
		return nil, nil, err
	}
	return f.conclude(ctx)
}

// conclude runs teardown, unless somebody else does, and decides.
func (f *finishing) conclude(ctx context.Context) (*Result, *Merged, error) {
	if f.ending.Teardown != nil {
		mine := f.me
		mine.At = f.store.clock.storeTime()
		switch err := f.store.create(ctx, f.run.teardown(), &mine); {
		case err == nil:
			f.ending.Teardown(context.WithoutCancel(ctx)) // it has a timeout of its own
			f.tell(Ended)
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), f.o.Silence)
			defer cancel()
			if err := f.flushed(ctx); err != nil {
				return nil, nil, err
			}
		case errors.Is(err, ErrExists):
			if alive, err := f.tearingDown(ctx); err != nil || alive {
				return nil, nil, err
			}
		default:
			return nil, nil, err
		}
	}
	merged, err := f.refresh(ctx)
	if err != nil {
		return nil, nil, err
	}
	return f.decideResult(ctx, merged)
}

// tearingDown says whether who has begun teardown is alive: then the result is up to it.
func (f *finishing) tearingDown(ctx context.Context) (bool, error) {
	var by Claim
	if err := f.store.existing(ctx, f.run.teardown(), &by); err != nil {
		return false, err
	}
	if by.ID == f.me.ID {
		return false, nil
	}
	silent := f.watcher.age(f.watcher.shards[by.Index])
	return silent < 2*f.o.Silence, nil
}

// decideResult makes the result, or gives the one that somebody else has made.
func (f *finishing) decideResult(ctx context.Context, m *Merged) (*Result, *Merged, error) {
	r := &Result{
		At: f.store.clock.storeTime(), By: f.me, Partial: m.Partial, Missing: m.Missing, Lost: m.lost(), Verdict: m.Verdict, Reasons: m.Reasons,
		Failed: m.Snapshot.Total.Failures > 0 || len(m.Snapshot.Exceptions) > 0, Count: m.Snapshot.Total.Count, Shards: m.Shards,
	}
	for i := range m.Results {
		result := m.Results[i]
		r.Crossed = r.Crossed || !result.OK
		result.Value = min(max(result.Value, -math.MaxFloat64), math.MaxFloat64) // JSON has no infinity
		r.Results = append(r.Results, result)
	}
	err := f.store.create(ctx, f.run.result(), r)
	if errors.Is(err, ErrExists) {
		var there Result
		if err := f.store.existing(ctx, f.run.result(), &there); err != nil {
			return nil, nil, err
		}
		return &there, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	f.publish(ctx, m)
	return r, m, nil
}

// publish puts the files of the whole run into the store.
func (f *finishing) publish(ctx context.Context, m *Merged) {
	for _, file := range m.Files() {
		var b bytes.Buffer
		err := file.Write(&b)
		if err == nil {
			err = f.store.put(ctx, string(f.run)+"/merged/fleet"+file.Name, b.Bytes())
		}
		if err != nil {
			f.logf(slog.LevelWarn, "the files of all shards together are not in the store: %v; katydid merge makes them", err)
			return
		}
	}
}

// refresh adds up what all shards have stored.
func (m *Member) refresh(ctx context.Context) (*Merged, error) {
	if m.watcher == nil {
		m.watcher = newWatcher(m.store, m.run, m.o)
		m.watcher.begun = m.begun
		m.watcher.follow()
	}
	return m.watcher.Refresh(ctx)
}

// guard ends the load of all when a threshold that asks for it is crossed by all shards together, until ctx ends. The
// shard of the lowest index does it; some of the next look less often, lest it has died.
func (m *Member) guard(ctx context.Context) {
	const guards = 4
	rank, _ := slices.BinarySearch(m.start.Members, m.me.Index)
	if rank >= guards || !m.aborts() {
		return
	}
	every := turn(m.every(liveInterval), rank)
	for sleep(ctx, every) == nil {
		try, cancel := context.WithTimeout(ctx, max(every, m.o.Silence/2))
		merged, err := m.refresh(try)
		if err == nil && merged.Crossed != nil {
			c := merged.Crossed
			_, err = m.send(try, Command{Kind: Abort, Threshold: true, Reason: fmt.Sprintf("the threshold %s of %s was crossed by all shards together: %s is %.6g", c.Expr, c.Key, c.Method, c.Value)})
		}
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.logf(slog.LevelWarn, "the thresholds of all shards together cannot be judged now: %v", err)
		case merged.Crossed != nil:
			return
		}
	}
}

// aborts says that some threshold ends the load when it is crossed.
func (m *Member) aborts() bool {
	return slices.ContainsFunc(m.o.Plan.Thresholds, func(of metrics.ThresholdsOf) bool {
		return slices.ContainsFunc(of.Thresholds, func(t metrics.Threshold) bool { return t.AbortOnFail })
	})
}
