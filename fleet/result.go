package fleet

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
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

// lost says that a shard was dead when the run was decided on. There need not be a result yet.
func (r *Result) lost(index int) bool {
	return r != nil && index < len(r.Shards) && r.Shards[index].State == Dead
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
