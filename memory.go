package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// memoryShare is the part of the memory that may be used before the test is ended: results have to be written with what
// is left, and the system's own killer would leave none.
const memoryShare = 0.85

// memoryWatch ends the test before the system kills it for want of memory.
type memoryWatch struct{ quit chan struct{} }

// watchMemory starts to watch. Without a known limit it does nothing.
func watchMemory(r *run) *memoryWatch {
	w := &memoryWatch{quit: make(chan struct{})}
	limit := memoryLimit()
	if limit <= 0 {
		return w
	}
	allowed := int64(float64(limit) * memoryShare)
	debug.SetMemoryLimit(allowed) // the garbage collector works harder before the test has to end
	go func() {
		every := time.NewTicker(50 * time.Millisecond) // a script can take a gigabyte a second
		defer every.Stop()
		for {
			select {
			case <-w.quit:
				return
			case <-every.C:
			}
			if used := heapInUse(); used > allowed {
				r.outOfMemory(used, limit)
				return
			}
		}
	}()
	return w
}

func (w *memoryWatch) stop() { close(w.quit) }

// outOfMemory ends the test and names the user who is the likely cause.
func (r *run) outOfMemory(used, limit int64) {
	r.mu.Lock()
	r.outcome.memory = true
	r.mu.Unlock()
	class := r.crowd.Accuse()
	r.crowd.KillAll()
	why := fmt.Sprintf("out of memory: %d MB of %d MB are used", used>>20, limit>>20)
	if class != "" {
		why += "; a task of " + class + " was running for longest, see the exceptions"
	} else {
		why += "; run fewer users, or keep less in them"
	}
	r.log.errorf("%s", why)
	r.stopFor(why)
}

// heapInUse is the memory in objects, live or not yet collected, and in stacks.
func heapInUse() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() + s[1].Value.Uint64())
}

// memoryLimit is how many bytes this process can have: the container's limit or the machine's memory; 0 if unknown.
func memoryLimit() int64 {
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64); err == nil && n < 1<<50 {
			return min(n, machineMemory(n))
		}
	}
	return machineMemory(0)
}

// machineMemory reads what Linux says is available now; otherwise if it says nothing.
func machineMemory(otherwise int64) int64 {
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return otherwise
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err == nil {
				return kb << 10
			}
		}
	}
	return otherwise
}
