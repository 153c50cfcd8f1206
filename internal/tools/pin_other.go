//go:build !linux

package tools

import (
	"errors"
	"os"
	"os/exec"
)

// StartOn would start cmd on one processor core, which this system has no call for.
func StartOn(int, *exec.Cmd) error {
	return errors.New("programs can be pinned to a core on Linux only")
}

// MostMemory is the most resident memory that an ended process had at once, in bytes: here 0, unknown.
func MostMemory(*os.ProcessState) int64 { return 0 }
