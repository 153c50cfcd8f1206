package fleet

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Options say who a shard is, and for how long it waits. What is 0 has a default.
type Options struct {
	Run   string // the name of the run, the same for all its shards
	Index int    // of this shard, or Auto
	Plan  Plan

	Join    time.Duration // how long the shards wait for each other, from the first on; 5 min
	Ready   time.Duration // what the caller needs between the end of Wait and the start of the load; 1 s
	Silence time.Duration // after how long without a word a shard counts as dead; 30 s. Attempts to reach the store are up to 2 s apart

	Host string                              // this machine's name, for people; the system's
	Now  func() time.Time                    // this machine's clock; time.Now
	Log  func(level slog.Level, text string) // nil: silent. Called from any goroutine. Text has no secret
	Pace float64                             // for tests: all of the package's own intervals are so much shorter; 1
}

// Member is a shard of a run.
type Member struct {
	o     Options
	run   run
	store *store
	me    Claim
	begun begun
	start Start // after Wait

	live     live
	watcher  *Watcher      // of the guard's goroutine, then of Finish; nil before
	guarding chan struct{} // closed when the guard has ended
	commands chan Command
	loops    sync.WaitGroup
	stop     context.CancelFunc // of loops; nil before they run
	unguard  context.CancelFunc // of the guard
}

// Join makes this process a shard of the run: it agrees with the others on the plan and claims an index. The errors that
// are no trouble of the store's are *DiffersError, *TakenError (which is a reason to end well), *OverError, *LateError and
// *AbortedError. After an error there is nothing to close.
func Join(ctx context.Context, r Rendezvous, o Options) (*Member, error) {
	id, err := parseRun(o.Run)
	if err != nil {
		return nil, err
	}
	if err := o.Plan.check(); err != nil {
		return nil, err
	}
	if o.Index != Auto && (o.Index < 0 || o.Index >= o.Plan.Shards) {
		return nil, fmt.Errorf("there is no shard %d of %d: they are counted from 0 to %d", o.Index, o.Plan.Shards, o.Plan.Shards-1)
	}
	o.setDefaults()
	m := &Member{o: o, run: id, store: &store{r: r, clock: &clock{now: o.Now}}, commands: make(chan Command, 64)}
	m.me = Claim{Index: o.Index, ID: rand.Text(), Host: o.Host, PID: os.Getpid()}
	ctx, stop := m.patient(ctx)
	defer stop()
	if err := m.agree(ctx); err != nil {
		return nil, err
	}
	if err := m.claim(ctx); err != nil {
		return nil, err
	}
	m.logf(slog.LevelInfo, "this is shard %d of %d of run %s, at %s", m.me.Index, o.Plan.Shards, id, r)
	return m, nil
}

// unanswered is how long the store may be silent before the load until that is said.
const unanswered = 5 * time.Second

// patient is ctx until the store has not answered for as long as shards wait for each other. Until stop is called it is said
// that the store does not answer, and that it does again; during the load push does so.
func (m *Member) patient(ctx context.Context) (_ context.Context, stop func()) {
	ctx, giveUp := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for told, ended := false, false; !ended; {
			ended = sleep(ctx, m.every(time.Second)) != nil
			since, why := m.store.trouble()
			silent := time.Since(since)
			switch {
			case why == nil && told:
				told = false
				m.logf(slog.LevelInfo, "%s can be reached again", m.store.r)
			case why != nil && silent > m.o.Join:
				giveUp(fmt.Errorf("it has not answered for %s", m.o.Join))
			case why != nil && !told && silent > m.every(unanswered):
				told = true
				m.logf(slog.LevelWarn, "%v; trying again", why)
			}
		}
	}()
	return ctx, func() { giveUp(nil); <-done }
}

func (o *Options) setDefaults() {
	for _, d := range []struct {
		of     *time.Duration
		preset time.Duration
	}{{&o.Join, 5 * time.Minute}, {&o.Ready, time.Second}, {&o.Silence, 30 * time.Second}} {
		if *d.of <= 0 {
			*d.of = d.preset
		}
	}
	if o.Pace <= 0 {
		o.Pace = 1
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = func(slog.Level, string) {}
	}
	if o.Host == "" {
		o.Host, _ = os.Hostname() // without one it is nameless
	}
}

// Index is which shard this is, and Of how many there are: load.Shard{Index, Of} is what it does of the load.
func (m *Member) Index() int { return m.me.Index }

// Of is the number of shards.
func (m *Member) Of() int { return m.o.Plan.Shards }

// Requests is what this shard has asked of the store so far.
func (m *Member) Requests() Requests { return m.store.requests() }

// every is how often something is done that is to be done every d.
func (m *Member) every(d time.Duration) time.Duration {
	return time.Duration(float64(scaled(d, m.o.Plan.Shards)) / m.o.Pace)
}

func (m *Member) logf(level slog.Level, format string, args ...any) {
	m.o.Log(level, fmt.Sprintf(format, args...))
}

// sleepUntil waits until this machine's clock is at t, unless ctx ends.
func (m *Member) sleepUntil(ctx context.Context, t time.Time) error {
	return sleep(ctx, t.Sub(m.o.Now()))
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
