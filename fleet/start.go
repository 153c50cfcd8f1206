package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"
)

// startRecord is when the load begins, or why it does not. There is only one.
type startRecord struct {
	At    time.Time       `json:"at"` // by the store's clock
	Setup json.RawMessage `json:"setup,omitempty"`
	Abort string          `json:"abort,omitempty"`
	Exit  int             `json:"exit,omitempty"` // the exit code for that; 0 if none was said
	By    Claim           `json:"by"`
}

// Start is the start of the load.
type Start struct {
	At      time.Time       // by this machine's clock: the same moment for all shards
	Seed    uint64          // for whatever is drawn by lot and has to be the same for all shards
	Setup   json.RawMessage // what setup gave
	Members []int           // the shards that take part
	Offset  time.Duration   // how far the store's clock is ahead of this machine's
	Bound   time.Duration   // how wrong Offset, and so At, may be
}

// AbortedError says that the run was given up before it began.
type AbortedError struct {
	Reason string
	Exit   int // the exit code for that, so that it is the same everywhere; 0 if none was said
	By     Claim
}

// Error says by whom.
func (e *AbortedError) Error() string {
	return fmt.Sprintf("the run was aborted by %s: %s", e.By, e.Reason)
}

// seed is the same for all shards, and different for every run.
func (m *Member) seed() uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(string(m.run) + m.begun.By.ID)) // never fails
	return h.Sum64()
}

func (m *Member) readStart(ctx context.Context) (*startRecord, error) {
	var record startRecord
	switch err := m.store.get(ctx, m.run.start(), &record); {
	case errors.Is(err, ErrAbsent):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &record, nil
}

// decide writes the record of the start, or gives the one that is there.
func (m *Member) decide(ctx context.Context, record startRecord) (*startRecord, error) {
	record.By = m.me
	// All have to see it, which may take two looks that are timed to find out about the clock, and to be ready.
	lead := 2*(m.every(barrierPoll)+time.Second) + m.every(barrierPoll) + m.o.Ready
	record.At = m.store.clock.storeTime().Add(lead)
	err := m.store.create(ctx, m.run.start(), &record)
	if errors.Is(err, ErrExists) {
		record = startRecord{}
		err = m.store.existing(ctx, m.run.start(), &record)
	}
	if err != nil {
		return nil, err
	}
	return &record, nil
}

// lastWords is how long a process that has to end tries to tell the others.
const lastWords = 5 * time.Second

// abortStart sees to it that nobody begins, unless it is decided already. exit is the exit code for that, or 0.
func (m *Member) abortStart(reason string, exit int) {
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	record, err := m.decide(ctx, startRecord{Abort: reason, Exit: exit})
	switch {
	case err == nil && record.Abort != "": // those who wait for others look for the roll only
		err = m.store.create(ctx, m.run.roll(), &roll{Members: []int{m.me.Index}, At: record.At, By: m.me})
		if errors.Is(err, ErrExists) {
			err = nil
		}
	case err == nil:
		_, err = m.send(ctx, Command{Kind: Abort, Reason: reason})
	}
	if err != nil {
		m.logf(slog.LevelWarn, "the other shards could not be told that this one ends: %v", err)
	}
}

// approach waits until the start is near, and uses the time to find out about the clock.
func (m *Member) approach(ctx context.Context, record *startRecord) error {
	for {
		near := record.At.Add(-m.o.Ready)
		if m.store.clock.storeTime().After(near.Add(-2 * fine)) {
			return nil
		}
		ahead, _ := m.store.clock.offset()
		last := near.Add(-ahead)
		for _, next := range m.store.clock.probes(m.o.Now()) {
			if !next.Before(last) || m.store.clock.isFine() {
				return m.sleepUntil(ctx, last)
			}
			if err := m.sleepUntil(ctx, next); err != nil {
				return err
			}
			m.ask(ctx, last.Sub(m.o.Now()))
		}
	}
}

// ask asks the store something, for its date only, and not beyond a limit.
func (m *Member) ask(ctx context.Context, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_, _ = m.store.read(ctx, m.run.start()) // without an answer the clock is known less well
}
