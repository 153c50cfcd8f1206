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

// rank is how many shards before this one do what one is enough for: those with a lower index that are not known to be dead.
// It is for the goroutine whose the watcher is.
func (m *Member) rank() (n int) {
	for _, index := range m.start.Members {
		if index < m.me.Index && (m.watcher == nil || !m.watcher.shards[index].dead) {
			n++
		}
	}
	return n
}

// guard ends the load of all when a threshold that asks for it is crossed by all shards together, until ctx ends. The
// shard of the lowest index does it; some of the next look less often, lest it has died, and take its place when it has.
func (m *Member) guard(ctx context.Context) {
	const guards = 4
	if m.rank() >= guards || !m.aborts() {
		return
	}
	for {
		every := turn(m.every(liveInterval), m.rank())
		if sleep(ctx, every) != nil {
			return
		}
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
