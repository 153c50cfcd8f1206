//go:build unix

package main

import (
	"math"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"katydid/runtime/bridge"
	"katydid/stats"
)

func TestMachineTicks(t *testing.T) {
	stolen, all := machineTicks()
	if runtime.GOOS == "linux" && (all <= 0 || stolen < 0 || stolen > all) {
		t.Errorf("%d of %d", stolen, all)
	}
}

// A quota below the processors is what there is; the last moments of a run tell nothing.
func TestCPUUse(t *testing.T) {
	all := time.Duration(runtime.GOMAXPROCS(0)) * time.Second
	for _, test := range []struct {
		quota float64
		cpu   time.Duration
		want  float64
	}{{0, all, 1}, {0, all / 4, 0.25}, {0.5, time.Second / 2, 1}, {1e6, all, 1}} {
		if got := (limits{quota: test.quota}).share(test.cpu, time.Second); got != test.want {
			t.Errorf("%v of a quota of %v: %v, want %v", test.cpu, test.quota, got, test.want)
		}
	}
	if got := (limits{}).share(0, 0); got != 0 {
		t.Errorf("in no time: %v", got)
	}
	u := newCPUUse()
	u.most = 70
	if most := u.end(limits{}); most != 0.7 {
		t.Errorf("the last moments count: %v", most)
	}
	u.at, u.cpu = u.at.Add(-usageEvery), u.cpu-20*all
	if most := u.end(limits{}); most < 1 {
		t.Errorf("the last ten seconds do not count: %v", most)
	}
}

func TestLongestPause(t *testing.T) {
	h := func(counts ...uint64) *metrics.Float64Histogram {
		return &metrics.Float64Histogram{Counts: counts, Buckets: []float64{0, 0.001, 0.002, math.Inf(1)}}
	}
	for _, test := range []struct {
		before, now *metrics.Float64Histogram
		want        time.Duration
	}{
		{h(0, 0, 0), h(0, 0, 0), 0},
		{h(1, 0, 1), h(2, 0, 1), time.Millisecond}, // the longer one was before
		{h(1, 0, 1), h(2, 3, 1), 2 * time.Millisecond},
		{h(0, 0, 0), h(0, 0, 1), 2 * time.Millisecond}, // without an upper limit
	} {
		if got := longestPause(test.before, test.now); got != test.want {
			t.Errorf("%v to %v: %v, want %v", test.before.Counts, test.now.Counts, got, test.want)
		}
	}
}

// The verdict knows the generator's own failures by the bridge's word for them.
func TestGeneratorFailure(t *testing.T) {
	if string(bridge.GeneratorError) != stats.GeneratorFailure {
		t.Errorf("%q and %q", bridge.GeneratorError, stats.GeneratorFailure)
	}
}

// A process that keeps a processor busy has taken a part of what there is, and not more.
func TestHealthSince(t *testing.T) {
	m := markProcess()
	for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); {
	}
	h := m.health(limits{})
	if h.CPUShare <= 0 || h.CPUShare > 1.1 || h.GCShare < 0 || h.GCShare > 1 || h.StealShare > 1 {
		t.Errorf("%+v", h)
	}
}

func TestPeakMemory(t *testing.T) {
	for status, want := range map[string]int64{
		"Name:\tx\nVmPeak:\t  99 kB\nVmHWM:\t   61234 kB\nVmRSS:\t 5 kB\n": 61234 << 10,
		"": 0, "VmHWM:\tmuch\n": 0,
	} {
		if got := peakMemory(status); got != want {
			t.Errorf("%q: %d", status, got)
		}
	}
}
