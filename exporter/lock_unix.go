//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package exporter

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openLocked opens path with the kernel's lock on it, which goes when the process does.
func openLocked(path string) (f *os.File, busy bool, err error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, false, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			_ = f.Close()
			return nil, errors.Is(err, unix.EWOULDBLOCK), err
		}
		// The owner before may have removed the file between the two steps: then this lock is on nothing.
		if mine, err1 := f.Stat(); err1 == nil {
			if there, err2 := os.Stat(path); err2 == nil && os.SameFile(mine, there) {
				return f, false, nil
			}
		}
		_ = f.Close()
	}
}

// release removes the file while it is still locked, so that nobody can lock a file that is about to go.
func (l *lock) release() {
	_ = os.Remove(l.file.Name()) // a file that stays does no harm
	_ = l.file.Close()
}
