//go:build linux

package main

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// goTimer is a time.Timer.
type goTimer struct{ timer *time.Timer }

func newGoTimer() *goTimer { return &goTimer{time.NewTimer(time.Hour)} }

func (g *goTimer) Until(t time.Time) {
	g.timer.Reset(time.Until(t))
	<-g.timer.C
}
func (g *goTimer) Wake()  {}
func (g *goTimer) Close() {}

// thread sleeps in the kernel on a thread of its own, and spins for the last part.
type thread struct {
	ahead  time.Duration
	locked bool
}

func (p *thread) Until(t time.Time) {
	if !p.locked {
		runtime.LockOSThread()
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
		p.locked = true
	}
	if d := time.Until(t) - p.ahead; d > 0 {
		ts := unix.NsecToTimespec(int64(d))
		_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, nil)
	}
	for time.Until(t) > 0 {
		runtime.Gosched()
	}
}
func (p *thread) Wake() {}
func (p *thread) Close() {
	if p.locked {
		runtime.UnlockOSThread()
	}
}
