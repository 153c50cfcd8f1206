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
