package fleet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"strconv"
	"time"
)

// Auto as an index is the next one that is free.
const Auto = -1

// Claim says who a shard is.
type Claim struct {
	Index int       `json:"index"`
	ID    string    `json:"id"` // of the process, different from all others'
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	At    time.Time `json:"at"` // by the store's clock
}

// String is who it is, for people.
func (c Claim) String() string {
	if c.Index == Auto { // it had none yet
		return fmt.Sprintf("process %d on %s", c.PID, c.Host)
	}
	return fmt.Sprintf("shard %d (process %d on %s)", c.Index, c.PID, c.Host)
}

// TakenError says that a shard is there already: this process is one too many, and has nothing to do.
type TakenError struct {
	Run   string
	Index int   // Auto if all are taken
	By    Claim // who has it, if Index is not Auto
}

// Error is what to say before ending well.
func (e *TakenError) Error() string {
	if e.Index == Auto {
		return fmt.Sprintf("all shards of run %s are there already: this process is one too many and ends (a new run needs an id of its own: --run-id)", e.Run)
	}
	return fmt.Sprintf("shard %d of run %s is process %d on %s, since %s: this one was started twice and ends (a new run needs an id of its own: --run-id)",
		e.Index, e.Run, e.By.PID, e.By.Host, clockTime(e.By.At))
}

// OverError says that the run has had its end: whoever comes now was given the id of an old run.
type OverError struct {
	Run  string
	What string // has become of it
}

// Error says what to do as well.
func (e *OverError) Error() string {
	return fmt.Sprintf("run %s %s; a new run needs an id of its own (--run-id)", e.Run, e.What)
}

// unlessOver gives the reason why this process has nothing to do, unless that is the end of the run: then it was neither started
// twice nor too late.
func (m *Member) unlessOver(ctx context.Context, why error) error {
	over := func(what string) error { return &OverError{string(m.run), what} }
	var result Result
	switch err := m.store.get(ctx, m.run.result(), &result); {
	case err == nil:
		return over("is over since " + clockTime(result.At))
	case !errors.Is(err, ErrAbsent):
		return err
	}
	merged, err := m.refresh(ctx)
	m.watcher = nil // what it has read is not wanted again
	switch {
	case err != nil:
		return err
	case merged.Abort != "":
		return over("was given up before it began: " + merged.Abort)
	case merged.Over:
		return over(fmt.Sprintf("has no end: none of its shards has been heard of since %s", clockTime(merged.lastHeard())))
	}
	return why
}

// lastHeard is when the last sign of life was given; the start if there was none.
func (m *Merged) lastHeard() time.Time {
	at := m.Start
	for _, s := range m.Shards {
		if s.Last.After(at) {
			at = s.Last
		}
	}
	return at
}

// clockTime is a time as people are told it.
func clockTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// LateError says that a shard came when the run had begun without it.
type LateError struct {
	Run   string
	Index int
	At    time.Time // when it was decided who takes part
	There int       // shards that do
	Of    int
}

// Error is what to say.
func (e *LateError) Error() string {
	who := "this shard"
	if e.Index != Auto {
		who = fmt.Sprintf("shard %d", e.Index)
	}
	return fmt.Sprintf("%s came too late: run %s began with %d of %d shards at %s; it takes no part", who, e.Run, e.There, e.Of, clockTime(e.At))
}

// agree publishes the plan, or compares it with that of whoever was first.
func (m *Member) agree(ctx context.Context) error {
	err := m.store.get(ctx, m.run.plan(), &m.begun)
	if errors.Is(err, ErrAbsent) {
		err = m.begin(ctx)
	}
	if err != nil {
		return err
	}
	if m.begun.By.ID == m.me.ID {
		return nil
	}
	if err := m.begun.compare(m.run, &m.o.Plan); err != nil {
		return err
	}
	var there roll
	switch err := m.store.get(ctx, m.run.roll(), &there); {
	case errors.Is(err, ErrAbsent):
		return nil
	case err != nil:
		return err
	}
	if there.has(m.o.Index) {
		return nil // whoever has the index says so
	}
	if record, err := m.readStart(ctx); err != nil {
		return err
	} else if record != nil && record.Abort != "" {
		return &AbortedError{record.Abort, record.Exit, record.By}
	}
	if m.o.Index == Auto && len(there.Members) == m.Of() {
		return m.unlessOver(ctx, &TakenError{Run: string(m.run), Index: Auto})
	}
	return m.unlessOver(ctx, m.late(&there))
}

// begin publishes the plan, or finds that somebody else just has. Its time begins the wait of all, so it must not be that of
// a wrong clock.
func (m *Member) begin(ctx context.Context) error {
	if !m.store.clock.isKnown() { // a folder tells the time to whoever writes only
		if err := m.store.put(ctx, m.run.date(), []byte(m.me.ID)); err != nil {
			return err
		}
	}
	mine := begun{Plan: m.o.Plan, At: m.store.clock.storeTime(), By: m.me}
	err := m.store.create(ctx, m.run.plan(), &mine)
	if errors.Is(err, ErrExists) {
		return m.store.existing(ctx, m.run.plan(), &m.begun)
	}
	m.begun = mine
	return err
}

// claim makes this process a shard.
func (m *Member) claim(ctx context.Context) error {
	if m.o.Index != Auto {
		err := m.take(ctx, m.o.Index)
		if taken := (*TakenError)(nil); errors.As(err, &taken) {
			return m.unlessOver(ctx, err)
		}
		return err
	}
	for {
		claimed, err := m.claimed(ctx)
		if err != nil {
			return err
		}
		free := m.free(claimed)
		if len(free) == 0 {
			return &TakenError{Run: string(m.run), Index: Auto}
		}
		// Any of them, not the first: all shards may be doing this at the same time.
		err = m.take(ctx, free[rand.IntN(len(free))])
		if taken := (*TakenError)(nil); !errors.As(err, &taken) {
			return err
		}
	}
}

// take claims an index.
func (m *Member) take(ctx context.Context, index int) error {
	mine := m.me
	mine.Index, mine.At = index, m.store.clock.storeTime()
	err := m.store.create(ctx, m.run.claim(index), &mine)
	if errors.Is(err, ErrExists) {
		var by Claim
		if err := m.store.existing(ctx, m.run.claim(index), &by); err != nil {
			return err
		}
		return &TakenError{string(m.run), index, by}
	}
	if err == nil {
		m.me = mine
	}
	return err
}

// claimed are the indices that are taken, in ascending order.
func (m *Member) claimed(ctx context.Context) ([]int, error) {
	names, err := m.store.list(ctx, m.run.claims())
	if err != nil {
		return nil, err
	}
	var taken []int
	for _, name := range names {
		if index, err := strconv.Atoi(path.Base(name)); err == nil && index >= 0 && index < m.o.Plan.Shards {
			taken = append(taken, index)
		}
	}
	return taken, nil
}

func (m *Member) free(taken []int) (free []int) {
	for index := range m.o.Plan.Shards {
		if len(taken) > 0 && taken[0] == index {
			taken = taken[1:]
			continue
		}
		free = append(free, index)
	}
	return free
}
