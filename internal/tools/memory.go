package tools

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Memory is the resident memory of a process at a time since it was first watched, in bytes.
type Memory struct {
	At   time.Duration
	Now  int64
	Most int64 // at once, so far
}

// WatchMemory reads the resident memory of a process at intervals until ended is closed. It reads /proc, as what the
// system tells of an ended process is of no use: on Linux its most memory is at least that of the process that forked it.
// Elsewhere the result is empty.
func WatchMemory(pid int, every time.Duration, ended <-chan struct{}) []Memory {
	var all []Memory
	tick := time.NewTicker(every)
	defer tick.Stop()
	for began := time.Now(); ; {
		select {
		case <-ended:
			return all
		case now := <-tick.C:
			if m := memoryOf(pid); m.Most > 0 { // else it has just ended
				m.At = now.Sub(began)
				all = append(all, m)
			}
		}
	}
}

// memoryOf is the memory of a process; zero if there is none.
func memoryOf(pid int) Memory {
	file := fmt.Sprintf("/proc/%d/status", pid)
	return Memory{Now: kilobytes(field(file, "VmRSS")), Most: kilobytes(field(file, "VmHWM"))}
}

// kilobytes reads "123 kB" as bytes; 0 if it is none.
func kilobytes(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSuffix(text, " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return n * 1024
}
