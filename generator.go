package main

import (
	"math"
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"katydid/runtime/load"
	"katydid/stats"
)

// processMark is what this process and its machine had used up at a moment.
type processMark struct {
	at            time.Time
	cpu           time.Duration             // user and system
	gc, busy      float64                   // seconds of the garbage collector, and of all that Go's runtime knows of
	pauses        *metrics.Float64Histogram // of the garbage collector
	stolen, ticks int64                     // of the machine's processors, see machineTicks; 0 if not known
}

func markProcess() *processMark {
	m := &processMark{at: time.Now()}
	m.cpu, _ = resourceUsage()
	sample := []metrics.Sample{
		{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/cpu/classes/total:cpu-seconds"}, {Name: "/cpu/classes/idle:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"}, {Name: "/sched/pauses/total/gc:seconds"},
	}
	metrics.Read(sample)
	spare := sample[3].Value.Float64() // the collector's work on processors that nobody else wants takes nothing from the users
	m.gc, m.busy = sample[0].Value.Float64()-spare, sample[1].Value.Float64()-sample[2].Value.Float64()-spare
	m.pauses = sample[4].Value.Float64Histogram()
	m.stolen, m.ticks = machineTicks()
	return m
}

// healthSince says how the generator has fared since a mark, when all users have left. Call it from the goroutine of
// runTest.
func (r *run) healthSince(m *processMark) stats.Health {
	h := m.health(r.sys.limits)
	h.CPUMost = r.cpu.end(r.sys.limits)
	h.Interrupted = r.shared.Interrupted.Load()
	return h
}

// healthNow says how the generator fares while the load goes on, with what became of the starts so far. Any goroutine may
// call it.
func (r *run) healthNow(t load.Tally) (h stats.Health) {
	if mark := r.mark.Load(); mark != nil {
		h = mark.health(r.sys.limits)
	}
	h.Planned, h.Omitted, h.OmittedBusy, h.WaitMax = t.Planned, t.Omitted, t.OmittedBusy, t.LongestWait
	return h
}

// health says how this process has fared since the mark.
func (m *processMark) health(l limits) stats.Health {
	now := markProcess()
	h := stats.Health{StealShare: -1, CPUShare: l.share(now.cpu-m.cpu, now.at.Sub(m.at)), GCPauseMax: longestPause(m.pauses, now.pauses)}
	if busy := now.busy - m.busy; busy > 0 {
		// Both by Go's own clock, which runs on while the system lets others run, and stands still between collections.
		h.GCShare = min(max((now.gc-m.gc)/busy, 0), 1)
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

// longestPause is the longest of the pauses that came between two readings of the runtime's histogram. What it gives is the
// upper limit of a bucket, at most 1/8 above the truth.
func longestPause(before, now *metrics.Float64Histogram) time.Duration {
	for i := len(now.Counts) - 1; i >= 0; i-- {
		if now.Counts[i] > before.Counts[i] {
			limit := now.Buckets[i+1]
			if math.IsInf(limit, 1) {
				limit = now.Buckets[i]
			}
			return time.Duration(limit * float64(time.Second))
		}
	}
	return 0
}
