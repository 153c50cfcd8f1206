package main

import (
	"cmp"
	"errors"
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"time"
)

// memoryShare is the part of the memory that may be used before the test is ended: results have to be written with what
// is left, and the system's own killer would leave none.
const memoryShare = 0.85

// memoryWatch ends the test before the system kills it for want of memory.
type memoryWatch struct {
	out  chan struct{} // closed when there is too little left
	why  string        // set before that
	quit chan struct{}
	once sync.Once // closes quit
}

func newMemoryWatch() *memoryWatch {
	return &memoryWatch{out: make(chan struct{}), quit: make(chan struct{})}
}

// start begins to watch, with the given limit in bytes or, if that is 0, the system's. If there is none it does nothing.
func (w *memoryWatch) start(r *run, limit int64) {
	limit = cmp.Or(limit, r.sys.limits.memory)
	if limit <= 0 {
		return
	}
	allowed := int64(float64(limit) * memoryShare)
	if r.sys.getenv("GOMEMLIMIT") == "" { // Go has heeded that already
		debug.SetMemoryLimit(allowed) // the garbage collector works harder before the test has to end
	}
	go func() {
		every := time.NewTicker(50 * time.Millisecond) // a script can take a gigabyte a second
		defer every.Stop()
		for {
			select {
			case <-w.quit:
				return
			case <-every.C:
			}
			if used := heapInUse(); used > allowed || used > limit/2 && r.hogged() {
				w.why = fmt.Sprintf("out of memory: %d MB of %d MB are used", used>>20, limit>>20)
				r.outOfMemory(w)
				return
			}
		}
	}()
}

// stop ends the watch; only the first call counts.
func (w *memoryWatch) stop() { w.once.Do(func() { close(w.quit) }) }

// hogged says that a task has been running without a break for long while memory is running out: an array that grows
// without end is copied with each step, so the limit comes sooner for it than for many small users.
func (r *run) hogged() bool {
	r.mu.Lock()
	people := r.people
	r.mu.Unlock()
	return people != nil && people.Hogged()
}

// outOfMemory ends the test and names the user who is the likely cause; code of no user is stopped by its guard.
func (r *run) outOfMemory(w *memoryWatch) {
	r.mu.Lock()
	r.outcome.memory = true
	people := r.people
	r.mu.Unlock()
	defer close(w.out)
	if people == nil {
		return
	}
	class := people.Accuse()
	people.KillAll()
	if class != "" {
		w.why += "; a task of " + class + " was running for longest, see the exceptions"
	} else {
		w.why += "; run fewer users, or keep less in them"
	}
	r.log.errorf("%s", w.why)
	r.stopFor(w.why)
}

// heapInUse is the memory in objects, live or not yet collected, and in stacks.
func heapInUse() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() + s[1].Value.Uint64())
}

// asBytes takes an amount of memory: 500MB, 2GiB, 1.5G or a number of bytes. The units are powers of 1024.
func asBytes(p *int64) func(string) error {
	return func(s string) error {
		number := strings.TrimRight(s, "BKMGTibkmgt")
		unit := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(s[len(number):]), "B"), "I")
		shift, ok := map[string]int{"": 0, "K": 10, "M": 20, "G": 30, "T": 40}[unit]
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !ok || !(n > 0) || n*float64(int64(1)<<shift) >= 1<<62 {
			return errors.New("is not an amount of memory: write it like 500MB or 2GB")
		}
		*p = int64(n * float64(int64(1)<<shift))
		return nil
	}
}
