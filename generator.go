package main

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// processFigures say how this process fared.
type processFigures struct {
	cpu        time.Duration // user and system
	rssMax     int64         // bytes
	gcPauseMax time.Duration // longest stop of the world for the garbage collector
}

func measureProcess() processFigures {
	cpu, rss := resourceUsage()
	return processFigures{cpu: cpu, rssMax: rss, gcPauseMax: gcPauseMax()}
}

// gcPauseMax reads the runtime's histogram of all pauses; its upper bucket limit is at most 1/8 above the truth.
func gcPauseMax() time.Duration {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		var gc debug.GCStats // a runtime without that metric: the last 256 pauses
		debug.ReadGCStats(&gc)
		longest := time.Duration(0)
		for _, p := range gc.Pause {
			longest = max(longest, p)
		}
		return longest
	}
	h := sample[0].Value.Float64Histogram()
	for i := len(h.Counts) - 1; i >= 0; i-- {
		if h.Counts[i] > 0 {
			limit := h.Buckets[i+1]
			if math.IsInf(limit, 1) {
				limit = h.Buckets[i]
			}
			return time.Duration(limit * float64(time.Second))
		}
	}
	return 0
}
