//go:build unix

package main

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// resourceUsage is the processor time of the process and the most memory that it had at once, in bytes.
func resourceUsage() (cpu time.Duration, rss int64) {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0, 0
	}
	rss = int64(u.Maxrss)
	if runtime.GOOS != "darwin" {
		rss *= 1024 // kilobytes but for macOS
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), rss
}
