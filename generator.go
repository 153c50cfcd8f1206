package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"katydid/stats"
)

// processMark is what this process and its machine had used up at a moment.
type processMark struct {
	at            time.Time
	cpu           time.Duration // user and system
	gc            float64       // seconds of a processor: the garbage collector's
	stolen, ticks int64         // of the machine's processors, see machineTicks; 0 if not known
}

func markProcess() processMark {
	m := processMark{at: time.Now()}
	m.cpu, _ = resourceUsage()
	// What the collector does on processors that nobody else wants takes nothing from the users.
	sample := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/cpu/classes/gc/mark/idle:cpu-seconds"}}
	metrics.Read(sample)
	m.gc = sample[0].Value.Float64() - sample[1].Value.Float64()
	m.stolen, m.ticks = machineTicks()
	return m
}

// healthSince says how this process has fared since a mark.
func healthSince(m processMark) stats.Health {
	now := markProcess()
	h := stats.Health{StealShare: -1, GCPauseMax: gcPauseMax()}
	if d := now.at.Sub(m.at); d > 0 {
		h.CPUShare = float64(now.cpu-m.cpu) / (float64(d) * float64(runtime.GOMAXPROCS(0)))
	}
	if cpu := (now.cpu - m.cpu).Seconds(); cpu > 0 {
		// Go brings these figures up to date at the end of each collection, so they lag behind a little.
		h.GCShare = min((now.gc-m.gc)/cpu, 1)
	}
	if ticks := now.ticks - m.ticks; ticks > 0 {
		h.StealShare = float64(now.stolen-m.stolen) / float64(ticks)
	}
	return h
}

// machineTicks reads from /proc/stat how much of the processors' time the host of this machine gave to others, and all
// of it, in the kernel's ticks; zeros where there is no such file. See proc_stat(5).
func machineTicks() (stolen, all int64) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(data), "\n")
	fields := strings.Fields(line)
	const steal = 8 // cpu user nice system idle iowait irq softirq steal guest guest_nice; guests are in user and nice
	if len(fields) <= steal || fields[0] != "cpu" {
		return 0, 0
	}
	for i, field := range fields[1 : steal+1] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, 0
		}
		if all += n; i+1 == steal {
			stolen = n
		}
	}
	return stolen, all
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
