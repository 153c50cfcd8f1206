//go:build unix

package main

import (
	"runtime"
	"testing"
	"time"
)

func TestMachineTicks(t *testing.T) {
	stolen, all := machineTicks()
	if runtime.GOOS == "linux" && (all <= 0 || stolen < 0 || stolen > all) {
		t.Errorf("%d of %d", stolen, all)
	}
}

// A process that keeps a processor busy has taken a part of what there is, and not more.
func TestHealthSince(t *testing.T) {
	m := markProcess()
	for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); {
	}
	h := healthSince(m)
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
