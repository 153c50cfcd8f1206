package stats

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The logs of several processes, added up, have the percentiles of all their samples together. Each process saw another
// part of the times, so that no average of their percentiles could be right.
func TestLogsOfSeveralProcesses(t *testing.T) {
	const shards, each = 4, 1000
	var all []time.Duration
	sum := hdrhistogram.New(1, highestMicros, totalDigits)
	for shard := range shards {
		r := NewRecorder(t0, Options{IntervalLog: true})
		var b bytes.Buffer
		l, err := NewHLog(&b, t0)
		if err != nil {
			t.Fatal(err)
		}
		for i := range each {
			took := time.Duration(shard*each+i+1) * milli
			all = append(all, took)
			r.Record(sampleAt("/a", time.Second, took))
			if i%100 == 99 { // ten intervals
				if err := l.Write(r.Collect(t0.Add(time.Duration(i/100+1)*time.Second), 1).Interval); err != nil {
					t.Fatal(err)
				}
			}
		}
		sum.Merge(readHLog(t, &b, each/100*time.Second)[""])
	}
	slices.Sort(all)
	for _, q := range Quantiles[:len(Quantiles)-1] {
		rank := min(int64(float64(len(all))*q), int64(len(all)-1))
		exact := all[rank]
		got := time.Duration(sum.ValueAtPercentile(percentAtRank(rank, int64(len(all))))) * time.Microsecond
		if off := max(got-exact, exact-got); off > exact/1000 {
			t.Errorf("%v: %v, want %v", q, got, exact)
		}
	}
}
