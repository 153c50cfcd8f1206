package exporter

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// BusyError says that another process exports the same results now.
type BusyError struct {
	Results string // their prefix
	PID     int    // 0 if it is not known
}

// Error is one line.
func (b *BusyError) Error() string {
	who := "another process"
	if b.PID > 0 {
		who = fmt.Sprintf("process %d", b.PID)
	}
	return fmt.Sprintf("%s is exporting %s at the moment; wait until it has ended", who, b.Results)
}

// lock keeps two processes from exporting the same results. It ends with its process however that ends, so it cannot
// be left behind.
type lock struct{ file *os.File }

func lockPath(prefix string) string {
	return filepath.Join(filepath.Dir(prefix), "."+filepath.Base(prefix)+".export.lock")
}

// acquire gives a *BusyError if another process, or another Exporter of this one, has the lock.
func acquire(prefix string) (*lock, error) {
	path := lockPath(prefix)
	f, busy, err := openLocked(path)
	if busy {
		b, _ := os.ReadFile(path) // for the message only
		pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
		return nil, &BusyError{Results: prefix, PID: pid}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", path, rootCause(err))
	}
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintln(f, os.Getpid()) // for the message only
	}
	return &lock{f}, nil
}
