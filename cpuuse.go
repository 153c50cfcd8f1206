package main

import (
	"runtime"
	"time"
)

const (
	// usageEvery is how often the process's use of the machine is looked at; Locust's interval too.
	usageEvery = 10 * time.Second
	// usageHigh is the share of the processors from which the figures may tell more of this process than of the target.
	usageHigh = 90.0
)

// cpuUse watches how much of the processors this process takes: a generator that has none left measures itself. It
// belongs to the goroutine of runTest.
type cpuUse struct {
	at   time.Time
	cpu  time.Duration
	most float64 // the largest percentage of ten seconds
	high bool    // it was too much at least once
}

func newCPUUse() *cpuUse {
	cpu, _ := resourceUsage()
	return &cpuUse{at: time.Now(), cpu: cpu}
}

// look is called about once a second. It fires usageMonitor every ten, and cpuWarning, with a line in the log, the first
// time that the process takes too much.
func (u *cpuUse) look(r *run) {
	if time.Since(u.at) < usageEvery {
		return
	}
	percent := u.next(r.sys.limits)
	r.fire("usageMonitor", map[string]any{
		"cpuUsage": percent, "cpu_usage": percent, "memoryUsage": heapInUse(), "memory_usage": heapInUse(),
	})
	if percent > usageHigh && !u.high {
		u.high = true
		r.log.warnf("this process takes %.0f %% of the processors: response times may be longer than the target's; use a larger machine or fewer users", percent)
		r.fire("cpuWarning", map[string]any{"cpuUsage": percent, "cpu_usage": percent})
	}
}

// next is the percentage that was taken since the last look.
func (u *cpuUse) next(l limits) float64 {
	now := time.Now()
	cpu, _ := resourceUsage()
	percent := 100 * l.share(cpu-u.cpu, now.Sub(u.at))
	u.at, u.cpu, u.most = now, cpu, max(u.most, percent)
	return percent
}

// end gives the largest share of ten seconds, 0 to 1, or 0 for a run that was too short. What is left at its end counts if
// it is more than half of that.
func (u *cpuUse) end(l limits) float64 {
	if time.Since(u.at) >= usageEvery/2 {
		u.next(l)
	}
	return u.most / 100
}

// cpuSpan measures the share from one moment to the next.
type cpuSpan struct {
	at    time.Time
	cpu   time.Duration
	share float64
}

// briefest is the shortest time whose share means something: that of the millisecond in which the last figures are collected is
// that of collecting them.
const briefest = 100 * time.Millisecond

// next is the share since the call before, 0 to 1; below 0 at the first. If that was just now it is what it was then.
func (u *cpuSpan) next(l limits) float64 {
	now := time.Now()
	if !u.at.IsZero() && now.Sub(u.at) < briefest {
		return u.share
	}
	cpu, _ := resourceUsage()
	before := *u
	u.at, u.cpu, u.share = now, cpu, -1
	if !before.at.IsZero() {
		u.share = l.share(cpu-before.cpu, now.Sub(before.at))
	}
	return u.share
}

// share is how much of what this process may take it has taken in a time: 1 for all of it. A quota that is smaller than the
// processors is all that it may take.
func (l limits) share(cpu, d time.Duration) float64 {
	processors := float64(runtime.GOMAXPROCS(0))
	if l.quota > 0 {
		processors = min(processors, l.quota)
	}
	if d <= 0 {
		return 0
	}
	return float64(cpu) / (float64(d) * processors)
}
