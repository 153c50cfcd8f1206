package tools

import (
	"os"
	"testing"
	"time"
)

// TestMemory looks at this process, which has more than a megabyte, and at one that there is not.
func TestMemory(t *testing.T) {
	if m := memoryOf(os.Getpid()); m.Now < 1<<20 || m.Most < m.Now {
		t.Errorf("memory %+v", m)
	}
	if m := memoryOf(-1); m != (Memory{}) {
		t.Errorf("no process has memory %+v", m)
	}
	ended := make(chan struct{})
	close(ended)
	if all := WatchMemory(os.Getpid(), time.Hour, ended); all != nil {
		t.Errorf("after the end there was %v", all)
	}
}
