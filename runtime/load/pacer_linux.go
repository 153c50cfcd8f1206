package load

import (
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// fdPacer waits on two timers for the same moment, because each is late when
// the other is not; see docs/decisions/010-the-pacer.md. Go's own timers are
// looked at whenever a processor takes up another goroutine, so they are good
// to some microseconds as long as there is work; when all goroutines wait they
// depend on the time-out of the network poller, which counts in milliseconds.
// A timer of the kernel, read as a file, wakes that poller to the microsecond,
// but as long as there is work nobody asks the poller. The goroutine is parked
// meanwhile and holds neither a thread nor a processor.
type fdPacer struct {
	file  *os.File
	fd    int
	woken atomic.Bool
	ahead time.Duration // how long before its time it stops sleeping
	buf   [8]byte
}

// The pacer gets up early, by what it takes to wake a processor that sleeps,
// and spins for the rest. That is longer the longer it has slept, from 15 µs to
// more than 100 on a virtual machine, so it is learnt: a late wake-up raises
// it, one in time lowers it by a tenth of that, which makes one in eleven late.
// The bounds are for what it costs: at most a tenth of a processor at 1,000
// starts a second, beyond what waking costs anyway.
const (
	minAhead  = 20 * time.Microsecond
	maxAhead  = 100 * time.Microsecond
	aheadStep = 200 * time.Nanosecond
)

// NewPacer returns the most precise pacer that there is on this system.
func NewPacer() Pacer {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil { // no descriptor left, or a sandbox that forbids it
		return newTimerPacer()
	}
	return &fdPacer{file: os.NewFile(uintptr(fd), "timerfd"), fd: fd, ahead: maxAhead}
}

func (p *fdPacer) Until(t time.Time) {
	for d := time.Until(t) - p.ahead; d > 0; d = time.Until(t) - p.ahead {
		_ = p.file.SetReadDeadline(t) // Go's timer; a timerfd has deadlines
		p.set(d)
		if p.woken.Swap(false) { // by a deadline that is gone now
			return
		}
		_, err := p.file.Read(p.buf[:])
		if p.woken.Swap(false) {
			return
		}
		if err == nil {
			p.learn(time.Until(t) < 0)
			break
		}
		// It is time, or else a Wake that has ended the last Until only now got round to setting its deadline.
	}
	// Without a call of the scheduler: that would put this goroutine behind all
	// others, and it was woken because there were none.
	for time.Until(t) > 0 {
	}
}

func (p *fdPacer) learn(late bool) {
	if late {
		p.ahead = min(p.ahead+10*aheadStep, maxAhead)
	} else {
		p.ahead = max(p.ahead-aheadStep, minAhead)
	}
}

func (p *fdPacer) Wake() {
	p.woken.Store(true)
	_ = p.file.SetReadDeadline(time.Unix(0, 0)) // long ago: ends the Read at once
}

// set makes the kernel's timer go off in d, more than 0.
func (p *fdPacer) set(d time.Duration) {
	_ = unix.TimerfdSettime(p.fd, 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}, nil) // fails for bad arguments only
}

func (p *fdPacer) Close() { _ = p.file.Close() }
