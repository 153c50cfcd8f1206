//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package exporter

import (
	"errors"
	"io/fs"
	"os"
)

// openLocked relies on Windows, where a file that a living process has open cannot be removed: what can be removed was
// left behind.
func openLocked(path string) (f *os.File, busy bool, err error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, true, err
	}
	f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	return f, errors.Is(err, fs.ErrExist), err
}

func (l *lock) release() {
	_ = l.file.Close()
	_ = os.Remove(l.file.Name()) // a file that stays does no harm
}
