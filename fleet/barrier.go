package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// roll is who takes part. There is only one, whoever writes it: from then on it is known who came too late.
type roll struct {
	Members []int     `json:"members"` // in ascending order
	At      time.Time `json:"at"`
	By      Claim     `json:"by"`
}

func (r *roll) has(index int) bool {
	_, found := slices.BinarySearch(r.Members, index)
	return found
}

// tooLate is how late a shard may begin: what was due until then is late starts of its own.
const tooLate = 5 * time.Second

// Wait is the barrier: it returns shortly before the load is to begin, at the same moment on all shards. It waits until
// all shards are there, or those that are when the time for that is over; then one of them runs setup (nil for none) and
// all get what it gave. *LateError says that the others began without this one, *AbortedError that nobody begins; an error
// of setup aborts the run for all, with the exit code that its ExitCode() int gives if it has one, and so does the end of ctx.
func (m *Member) Wait(ctx context.Context, setup func(context.Context) (json.RawMessage, error)) (*Start, error) {
	patient, stop := m.patient(ctx)
	defer stop()
	w := &waiting{Member: m, setup: setup}
	record, err := w.wait(patient)
	if err == nil && record.Abort == "" && w.roll.has(m.me.Index) {
		err = m.approach(patient, record)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		m.abortStart("it was stopped while it waited for the start", 0)
		return nil, err
	case err != nil:
		return nil, err
	case record.Abort != "":
		return nil, &AbortedError{record.Abort, record.Exit, record.By}
	case !w.roll.has(m.me.Index):
		return nil, m.late(w.roll)
	}
	ahead, bound := m.store.clock.offset()
	m.start = Start{
		At: record.At.Add(-ahead), Seed: m.seed(), Setup: record.Setup, Members: w.roll.Members, Offset: ahead, Bound: bound,
	}
	if late := m.o.Now().Sub(m.start.At); late > tooLate {
		return nil, m.late(w.roll)
	}
	if n := len(w.roll.Members); n < m.Of() {
		m.logf(slog.LevelWarn, "only %d of %d shards came: the run is PARTIAL", n, m.Of())
	}
	return &m.start, nil
}

func (m *Member) late(r *roll) error {
	return &LateError{string(m.run), m.o.Index, r.At, len(r.Members), m.Of()}
}

// waiting is a member at the barrier.
type waiting struct {
	*Member
	setup  func(context.Context) (json.RawMessage, error)
	rank   int       // how many shards of a lower index there are
	listed time.Time // when the claims were listed last; zero for never
	roll   *roll     // nil until there is one
}

// wait looks again and again until there is a record of the start.
func (w *waiting) wait(ctx context.Context) (*startRecord, error) {
	for {
		next := w.o.Now().Add(w.every(barrierPoll))
		record, err := w.look(ctx)
		if record != nil || err != nil {
			return record, err
		}
		if err := w.sleepUntil(ctx, w.store.clock.probe(next)); err != nil {
			return nil, err
		}
	}
}

// look does what is to be done now.
func (w *waiting) look(ctx context.Context) (*startRecord, error) {
	if w.roll == nil {
		if err := w.call(ctx); err != nil || w.roll == nil {
			return nil, err
		}
	}
	if record, err := w.readStart(ctx); record != nil || err != nil {
		return record, err
	}
	return w.lead(ctx)
}

// call finds out who takes part, or decides it if all are there or the time is over. The listing is left to the shards of
// the lowest indices, mostly.
func (w *waiting) call(ctx context.Context) error {
	var there roll
	err := w.store.get(ctx, w.run.roll(), &there)
	if err == nil {
		w.roll = &there
		return nil
	}
	if !errors.Is(err, ErrAbsent) {
		return err
	}
	over := !w.store.clock.storeTime().Before(w.begun.At.Add(w.o.Join))
	if now := w.o.Now(); !w.listed.IsZero() && now.Sub(w.listed) < turn(w.every(barrierPoll), w.rank) && !over {
		return nil
	}
	w.listed = w.o.Now()
	claimed, err := w.claimed(ctx)
	if err != nil {
		return err
	}
	w.rank, _ = slices.BinarySearch(claimed, w.me.Index)
	if len(claimed) < w.Of() && !over {
		return nil
	}
	there = roll{Members: claimed, At: w.store.clock.storeTime(), By: w.me}
	if err := w.store.create(ctx, w.run.roll(), &there); errors.Is(err, ErrExists) {
		return w.store.existing(ctx, w.run.roll(), w.fresh())
	} else if err != nil {
		return err
	}
	w.roll = &there
	return nil
}

func (w *waiting) fresh() *roll {
	w.roll = &roll{}
	return w.roll
}

// patience is how long each shard waits for those of lower indices to decide on the start.
const patience = 15 * time.Second

// lead decides on the start if that is up to this shard: it is the lowest that takes part, or those below have had their
// time. Who runs setup is decided by a marker, so that it is run once at most.
func (w *waiting) lead(ctx context.Context) (*startRecord, error) {
	rank, _ := slices.BinarySearch(w.roll.Members, w.me.Index)
	now := w.store.clock.storeTime()
	if now.Before(w.roll.At.Add(time.Duration(float64(patience)/w.o.Pace) * time.Duration(rank))) {
		return nil, nil
	}
	if !w.o.Plan.Setup || w.setup == nil {
		return w.decide(ctx, startRecord{})
	}
	mine := w.me
	mine.At = now
	switch err := w.store.create(ctx, w.run.setup(), &mine); {
	case errors.Is(err, ErrExists):
		return w.judgeSetup(ctx, now)
	case err != nil:
		return nil, err
	}
	data, err := w.setup(ctx)
	if err != nil {
		var coded interface{ ExitCode() int }
		exit := 0
		if errors.As(err, &coded) {
			exit = coded.ExitCode()
		}
		w.abortStart("setup failed: "+err.Error(), exit)
		return nil, err
	}
	return w.decide(ctx, startRecord{Setup: data})
}

// judgeSetup gives up when who runs setup must have died over it.
func (w *waiting) judgeSetup(ctx context.Context, now time.Time) (*startRecord, error) {
	var by Claim
	if err := w.store.existing(ctx, w.run.setup(), &by); err != nil {
		return nil, err
	}
	limit := w.o.Plan.SetupTimeout + time.Duration(float64(patience)/w.o.Pace)
	if by.ID == w.me.ID || now.Before(by.At.Add(limit)) {
		return nil, nil
	}
	return w.decide(ctx, startRecord{Abort: fmt.Sprintf("%s has run setup since %s and is not heard of", by, clockTime(by.At))})
}
