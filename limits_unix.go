//go:build unix

package main

import (
	"math"

	"golang.org/x/sys/unix"
)

// resourceLimits are the most open files and the most processes and threads; 0 for no limit. Go's runtime has raised
// the first as far as it may, when the program started.
func resourceLimits() (files, nproc int64) {
	return resourceLimit(unix.RLIMIT_NOFILE), resourceLimit(unix.RLIMIT_NPROC)
}

func resourceLimit(which int) int64 {
	var l unix.Rlimit
	if unix.Getrlimit(which, &l) != nil || uint64(l.Cur) > math.MaxInt64/2 {
		return 0
	}
	return int64(l.Cur)
}
