package metrics

import "sync"

// shard is where some of the goroutines park their samples.
type shard struct {
	mu sync.Mutex
	buffers
	checks map[checkKey]int32
	_      [64]byte // its neighbour's lock is on another cache line
}

// buffers is parked samples. No pointers: the garbage collector does not look at what is in them.
type buffers struct {
	samples  []sample
	requests []request
}

// sample is a parked sample of one series.
type sample struct {
	series int32
	check  int32 // whose it is, an index in tree.checks; -1 for anything but a check
	value  float64
	at     int64 // in nanoseconds
}

// fullest is the length of the longer buffer.
func (b *buffers) fullest() int { return max(len(b.samples), len(b.requests)) }

// hold takes a shard and locks it.
func (e *Engine) hold() *shard {
	sh := e.tokens.Get().(*shard)
	sh.mu.Lock()
	return sh
}

// release gives back what hold took, and folds it if it is full. While somebody else folds, samples go on into the
// shard instead of waiting, up to a limit.
func (e *Engine) release(sh *shard) {
	n := sh.fullest()
	sh.mu.Unlock()
	e.tokens.Put(sh)
	if n < foldAt {
		return
	}
	if n >= 4*foldAt {
		e.mu.Lock()
	} else if !e.mu.TryLock() {
		return
	}
	defer e.mu.Unlock()
	e.drain(sh)
}

// drain folds what is parked in the shard. Called with e.mu held.
func (e *Engine) drain(sh *shard) {
	sh.mu.Lock()
	full := sh.buffers
	sh.buffers = buffers{e.spare.samples[:0], e.spare.requests[:0]}
	sh.mu.Unlock()
	e.fold(full.samples)
	e.foldRequests(full.requests)
	if cap(full.samples) > 4*foldAt || cap(full.requests) > 4*foldAt {
		full = buffers{} // grown while a fold was under way
	}
	e.spare = full
}

// fold counts samples. Called with e.mu held.
func (e *Engine) fold(samples []sample) {
	if len(samples) == 0 {
		return
	}
	if missing := e.tree.size() - len(e.checks); missing > 0 {
		e.checks = append(e.checks, make([]tally, missing)...)
	}
	for i := range samples {
		s := &samples[i]
		into := e.series[s.series]
		into.frozen = nil
		into.values.add(into.metric.Type, s.value, s.at)
		if s.check < 0 {
			continue
		}
		if s.value != 0 {
			e.checks[s.check].passes++
		} else {
			e.checks[s.check].fails++
		}
	}
}
