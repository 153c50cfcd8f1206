package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// S8 runs katydid as four processes whose targets have nothing in common, and merges their histogram logs.
const (
	shards      = 4
	shardUsers  = 50
	shardSpawn  = 5 // a second: connecting is in the first times, and users that start together are in one another's way
	shardRange  = 1000 * time.Millisecond
	mergeWithin = 0.001
)

// merge runs S8. The shards run one after the other, as each needs the server's core; for the merge that is the same.
func (b *bench) merge(ctx context.Context, d *document) error {
	var t *tool
	for _, found := range b.tools {
		if found == &katydid {
			t = found
		}
	}
	if t == nil {
		return nil
	}
	var pooled []time.Duration
	var p99s float64
	merged := hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)
	for shard := range shards {
		fmt.Fprintf(os.Stderr, "%s, shard %d of %d...\n", mergeID, shard+1, shards)
		from := time.Duration(shard)*shardRange + time.Millisecond
		s := scenario{id: mergeID, behaviour: always(fmt.Sprintf("uniform:%v,%v", from, from+shardRange))}
		to, err := startTarget(ctx, b.dir, s.behaviour(0, 0), uint64(shard+1), true)
		if err != nil {
			return err
		}
		if _, err := t.run(ctx, b.dir, to.url, load{users: shardUsers, spawn: shardSpawn, time: b.time}); err != nil {
			to.kill()
			return err
		}
		log, err := to.stop()
		if err != nil {
			return err
		}
		if err := addHLog(merged, filepath.Join(b.dir, "run", "run.hlog")); err != nil {
			return err
		}
		times := served(log, 0)
		p99s += logTimes(times)[2] / shards
		pooled = append(pooled, times...)
		settle(ctx)
	}
	return d.addMerge(pooled, merged, p99s)
}

// addMerge adds the table of S8. p99s is the mean of the four shards' own p99, in milliseconds.
func (d *document) addMerge(pooled []time.Duration, merged *hdrhistogram.Histogram, p99s float64) error {
	exact := logTimes(pooled)
	rounded := twoDigits(exact[2])
	if n := merged.TotalCount(); n != int64(len(pooled)) {
		return fmt.Errorf("the histogram logs have %d requests, the servers' logs %d", n, len(pooled))
	}
	t := table{
		title: mergeID + ": four processes, merged",
		about: fmt.Sprintf("Four runs of katydid, each against a server with other delays (1-1000 ms, 1001-2000 ms, ...). Exact are the %d times of "+
			"the four servers' logs together; merged is the sum of the histograms of the four PREFIX.hlog.", len(pooled)),
		head: []string{"", "p50", "p90", "p99", "p99.9", "max"},
	}
	rows := [3][]string{{"exact"}, {"merged"}, {"error"}}
	worst := 0.0
	for i, p := range quantiles {
		got := float64(merged.ValueAtQuantile(100*p)) / 1000
		off := got/exact[i] - 1
		worst = max(worst, math.Abs(off))
		rows[0] = append(rows[0], number(exact[i]))
		rows[1] = append(rows[1], number(got))
		rows[2] = append(rows[2], fmt.Sprintf("%+.3f %%", 100*off))
	}
	t.rows = append(rows[:], []string{"mean of the four p99", "", "", fmt.Sprintf("%s (%+.1f %%)", number(p99s), 100*(p99s/exact[2]-1)), "", ""},
		[]string{"exact, rounded to two digits as Locust does", "", "", fmt.Sprintf("%s (%+.1f %%)", number(rounded), 100*(rounded/exact[2]-1)), "", ""})
	d.tables = append(d.tables, t)
	d.goals = append(d.goals, goal{
		scenario: mergeID, what: fmt.Sprintf("merged within %.1f %% of exact", 100*mergeWithin),
		found: fmt.Sprintf("at most %.3f %%", 100*worst), reached: worst <= mergeWithin,
	})
	return nil
}

// addHLog adds the lines of all requests, which have no tag, of a histogram log.
func addHLog(to *hdrhistogram.Histogram, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for r := hdrhistogram.NewHistogramLogReader(f); ; {
		h, err := r.NextIntervalHistogram()
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		if h == nil {
			return nil
		}
		if h.Tag() != "" {
			continue
		}
		if dropped := to.Merge(h); dropped > 0 {
			return fmt.Errorf("read %s: %d values do not fit", file, dropped)
		}
	}
}

// twoDigits rounds to two significant digits.
func twoDigits(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'e', 1, 64), 64) // its own output
	return v
}
