//go:build !unix

package main

import (
	"runtime/metrics"
	"time"
)

// resourceUsage falls back to what Go's runtime knows: processor time that it could use, and memory that it holds.
func resourceUsage() (cpu time.Duration, rss int64) {
	s := []metrics.Sample{{Name: "/cpu/classes/user:cpu-seconds"}, {Name: "/memory/classes/total:bytes"}}
	metrics.Read(s)
	return time.Duration(s[0].Value.Float64() * float64(time.Second)), int64(s[1].Value.Uint64())
}
