//go:build unix

package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
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
	// On Linux the maximum of whoever has started this process counts in Maxrss (exec keeps it), so the memory map is asked.
	if own := peakMemory(readFile("/proc/self/status")); own > 0 {
		rss = own
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), rss
}

// peakMemory reads VmHWM from /proc/self/status, in bytes; 0 if it is not there. See proc_pid_status(5).
func peakMemory(status string) int64 {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil || kb < 0 {
				return 0
			}
			return kb << 10
		}
	}
	return 0
}

// readFile is the text of a file; "" if there is none.
func readFile(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(data)
}
