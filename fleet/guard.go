package fleet

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"katydid/metrics"
)

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
