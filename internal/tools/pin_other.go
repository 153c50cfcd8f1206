//go:build !linux

package tools

import (
	"errors"
	"os/exec"
)

// StartOn would start cmd on one processor core, which this system has no call for.
func StartOn(int, *exec.Cmd) error {
	return errors.New("programs can be pinned to a core on Linux only")
}
