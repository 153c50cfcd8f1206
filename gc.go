package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// gcRoom is how much may be allocated between two collections, however small the live heap is: a few users at full
	// speed would else cause twenty a second.
	gcRoom = 32 << 20
	// gcLeast and gcMost bound GOGC: with many users memory counts, and what is live hardly changes; a heap that is almost
	// empty needs no more than this.
	gcLeast, gcMost = 50, 800
	// gcEvery is how often the rule is applied. Until then a heap that has grown is collected later than it says.
	gcEvery = 100 * time.Millisecond
)

// gcPercent is GOGC for what the last collection has left, in bytes: enough for gcRoom, within the bounds.
func gcPercent(live uint64) int {
	return int(min(max(100*gcRoom/max(live, 1), gcLeast), gcMost))
}

// tuneGC keeps GOGC at gcPercent until stop is closed. A limit on the memory still counts before it. With GOGC in the
// environment it does nothing.
func tuneGC(getenv func(string) string, stop <-chan struct{}) {
	if getenv("GOGC") != "" {
		return
	}
	go func() {
		every := time.NewTicker(gcEvery)
		defer every.Stop()
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for set := 100; ; {
			metrics.Read(live)
			// Each change stops the world for a moment, so small ones are left out.
			if want := gcPercent(live[0].Value.Uint64()); want < set-set/8 || want > set+set/8 {
				debug.SetGCPercent(want)
				set = want
			}
			select {
			case <-stop:
				return
			case <-every.C:
			}
		}
	}()
}
