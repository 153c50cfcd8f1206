//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package stats

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// isLocked puts the kernel's lock on f, which goes with it, and says whether another process has it already. Where files cannot
// be locked, as on some network drives, nobody has it.
func isLocked(f *os.File) bool {
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
}
