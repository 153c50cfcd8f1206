package vu

import (
	"container/heap"
	"sync"
	"time"
)

// loop is a VM's event loop: what other goroutines have finished for it, and its timers.
// Only post may be called from other goroutines.
type loop struct {
	mu   sync.Mutex
	jobs []func()
	wake chan struct{} // one place: a wake-up is never lost and never blocks

	timers  timerHeap
	seq     int64
	pending int       // asynchronous operations that will post
	streams []*func() // those of them that end only when they are told to: what tells them; see VM.Stream
}

type timer struct {
	id    int64
	due   time.Time
	every time.Duration // 0: once
	fn    func()
}

func newLoop() *loop { return &loop{wake: make(chan struct{}, 1)} }

// post hands fn to the loop's goroutine. It may be called from any goroutine and never blocks; a loop that has ended
// never runs it.
func (l *loop) post(fn func()) {
	l.mu.Lock()
	l.jobs = append(l.jobs, fn)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// ready runs everything that has been posted and every timer that is due at now; it tells whether there was any.
func (l *loop) ready(now time.Time) bool {
	l.mu.Lock()
	jobs := l.jobs
	l.jobs = nil
	l.mu.Unlock()
	ran := len(jobs) > 0
	for _, fn := range jobs {
		fn()
	}
	// Timers set while these run wait for the next turn, so that setTimeout(f, 0) in f cannot starve the loop.
	for last := l.seq; len(l.timers) > 0 && !l.timers[0].due.After(now) && l.timers[0].id <= last; {
		t := l.timers[0]
		if t.every > 0 {
			t.due = now.Add(t.every)
			heap.Fix(&l.timers, 0)
		} else {
			heap.Pop(&l.timers)
		}
		t.fn()
		ran = true
	}
	return ran
}

// idle says that nothing can happen any more: no job, no timer, no operation under way.
func (l *loop) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.jobs) == 0 && len(l.timers) == 0 && l.pending == 0
}

// next is when the earliest timer is due.
func (l *loop) next() (time.Time, bool) {
	if len(l.timers) == 0 {
		return time.Time{}, false
	}
	return l.timers[0].due, true
}

func (l *loop) add(due time.Time, every time.Duration, fn func()) int64 {
	l.seq++
	heap.Push(&l.timers, &timer{id: l.seq, due: due, every: every, fn: fn})
	return l.seq
}

func (l *loop) clear(id int64) {
	for i, t := range l.timers {
		if t.id == id {
			heap.Remove(&l.timers, i)
			return
		}
	}
}

type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].id < h[j].id // equal times fire in the order in which they were set
	}
	return h[i].due.Before(h[j].due)
}
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(x any)   { *h = append(*h, x.(*timer)) }
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return t
}
