package load

import (
	"sync/atomic"
	"time"
)

// post is the place of a user who loops.
type post struct {
	place
	leave   atomic.Bool // at the end of the iteration
	until   time.Time   // when it is interrupted; with leave
	working bool        // its goroutine is there
	made    int64       // iterations begun. This and done belong to the goroutine, while it is there.
	done    bool        // it makes no further iteration, ever
}

// work is the goroutine of a post.
func (l *Loop) work(p *post) {
	for {
		lent := l.lend(&p.place)
		if lent {
			l.loop(p)
			l.giveBack(&p.place)
		} else {
			p.done = true
		}
		if dropped, left := l.left(p); left {
			l.drop(dropped)
			l.mu.Lock()
			l.working--
			if l.working == 0 {
				l.look()
			}
			l.mu.Unlock()
			return
		}
	}
}

// loop makes iterations as long as there are some and the user may stay.
func (l *Loop) loop(p *post) {
	for !p.leave.Load() {
		own, ok := l.next(p)
		if !ok {
			p.done = true
			return
		}
		if !l.iterate(p.worker, Iteration{Number: l.number(own), Own: own}) {
			return
		}
	}
}

func (l *Loop) next(p *post) (own int64, ok bool) {
	// The clock decides on the end, not when Run gets round to telling everybody.
	if !time.Now().Before(l.end) || l.plan.Each > 0 && p.made >= l.plan.Each {
		return 0, false
	}
	own, ok = l.claim(l.total)
	if ok {
		p.made++
	}
	return own, ok
}

// left says that a user has given its worker back; false if it was asked to come back meanwhile. The end drops what is
// left of its own iterations.
func (l *Loop) left(p *post) (dropped int64, left bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.number < l.wanted && !p.done {
		return 0, false
	}
	p.working = false
	if l.plan.Each > 0 && !l.hard && !time.Now().Before(l.end) {
		dropped = l.plan.Each - p.made
	}
	return dropped, true
}
