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
	high bool // it was too much at least once
}

func newCPUUse() *cpuUse {
	cpu, _ := resourceUsage()
	return &cpuUse{at: time.Now(), cpu: cpu}
}

// look is called about once a second. It fires usageMonitor every ten, and cpuWarning, with a line in the log, the first
// time that the process takes too much.
func (u *cpuUse) look(r *run) {
	d := time.Since(u.at)
	if d < usageEvery {
		return
	}
	cpu, _ := resourceUsage()
	percent := 100 * float64(cpu-u.cpu) / (float64(d) * float64(runtime.GOMAXPROCS(0)))
	u.at, u.cpu = time.Now(), cpu
	r.fire("usageMonitor", map[string]any{
		"cpuUsage": percent, "cpu_usage": percent, "memoryUsage": heapInUse(), "memory_usage": heapInUse(),
	})
	if percent > usageHigh && !u.high {
		u.high = true
		r.log.warnf("this process takes %.0f %% of the processors: response times may be longer than the target's; use a larger machine or fewer users", percent)
		r.fire("cpuWarning", map[string]any{"cpuUsage": percent, "cpu_usage": percent})
	}
}
