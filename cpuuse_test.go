package main

import (
	"testing"
	"time"
)

// The share of a moment that is too short to be measured is that of the time before.
func TestCPUSpan(t *testing.T) {
	u := &cpuSpan{}
	if share := u.next(limits{}); share != -1 {
		t.Errorf("at first %g", share)
	}
	time.Sleep(briefest + 10*time.Millisecond)
	quiet := u.next(limits{})
	for began := time.Now(); time.Since(began) < 5*time.Millisecond; {
	}
	if at, share := u.at, u.next(limits{}); quiet < 0 || share != quiet || u.at != at {
		t.Errorf("%g, and 5 ms later %g", quiet, share)
	}
	for began := time.Now(); time.Since(began) < briefest; {
	}
	if share := u.next(limits{}); share <= quiet {
		t.Errorf("busy for %s it is %g, when idle it was %g", briefest, share, quiet)
	}
}
