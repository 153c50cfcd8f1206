package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Ending is what Finish needs of a shard whose load is over.
type Ending struct {
	// Last collects for the last time, and says which exit code the shard's own troubles have (0 for none): thresholds,
	// failures and the verdict are not among them, as the whole run decides on these. It is called by Finish, again after
	// Teardown; nobody else may collect meanwhile.
	Last func() (t Tick, exit int)
	// Teardown is run by one of the shards, when the load of all is over; nil for none. It is called by Finish, and has a
	// timeout of its own.
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

// beat stores the same again: a sign of life.
func (f *finishing) beat() {
	l := &f.live
	l.mu.Lock()
	defer l.mu.Unlock()
	f.keep()
}

// teardown runs it, and gives signs of life meanwhile.
func (f *finishing) teardown(ctx context.Context) {
	alive := time.NewTicker(f.o.Silence / 3)
	over := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		for {
			select {
			case <-alive.C:
				f.beat()
			case <-over:
				return
			}
		}
	})
	f.ending.Teardown(ctx)
	alive.Stop()
	close(over)
	beats.Wait()
}

// wait looks again and again until there is a result.
func (f *finishing) wait(ctx context.Context) (*Result, *Merged, error) {
	f.reached = f.o.Now()
	var looked time.Time
	for {
		result, merged, err := f.look(ctx, &looked)
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
			f.beat()
			f.told = f.o.Now()
		}
		if err := sleep(ctx, f.every(barrierPoll)); err != nil {
			return nil, nil, err
		}
	}
}

// look asks for the result, and makes it if it is this shard's turn and all are at their end.
func (f *finishing) look(ctx context.Context, looked *time.Time) (*Result, *Merged, error) {
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
	if f.flushed(ctx) != nil || !looked.IsZero() && f.o.Now().Sub(*looked) < turn(f.every(liveInterval), f.rank()) {
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
			f.teardown(context.WithoutCancel(ctx))
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
	if by.ID == f.me.ID || by.Index < 0 || by.Index >= len(f.watcher.shards) {
		return false, nil
	}
	silent := f.watcher.age(f.watcher.shards[by.Index])
	return silent < 2*f.o.Silence, nil
}
