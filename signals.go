package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"katydid/fleet"
	"katydid/web/live"
)

// exitGrace is when the program ends after a second signal, whatever keeps it from ending by itself.
const exitGrace = 5 * time.Second

// notify asks for the signals that end a run: Ctrl-C, the platform's stop, and the terminal that went away, unless nohup
// or the shell has said that this does not matter. A closed pipe ends nothing: who only looks at the first lines of the
// output still wants the results.
func notify(c chan<- os.Signal) {
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(c, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE)
}

// hearSignal takes a signal; any goroutine. The first asks for the end of the test and gives what is running some time,
// then it is true. Before the test and while it ends, or if it is the second, it ends all at once.
func (r *run) hearSignal(s os.Signal) (gently bool) {
	if r.firstSignal(s) {
		r.shards.tell(fleet.Stop, "a shard got signal "+s.String()) // without its part the load would not be what was asked for
		r.stopFor("got signal " + s.String())
		return r.state.Load() != live.Ready
	}
	r.exitSoon(s)
	r.log.warnf("got signal %s: stopping at once", s)
	return false
}

// firstSignal remembers a signal and what it means.
func (r *run) firstSignal(s os.Signal) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.heard.IsZero() && !r.ending()
	if r.heard.IsZero() {
		r.heard = time.Now()
	}
	if first {
		return true
	}
	if r.outcome.signal == 0 {
		r.heard2 = time.Now()
		close(r.hard)
	}
	r.outcome.signal = signalNumber(s)
	return false
}

// exitSoon ends the program some time after a signal, unless it ends by itself: a disk or a pipe may keep it for good.
func (r *run) exitSoon(s os.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exit != nil {
		return
	}
	r.exit = time.AfterFunc(exitGrace, func() {
		r.log.errorf("the end of the run is blocked: results may not be complete")
		r.screen.Close()
		time.Sleep(100 * time.Millisecond) // for the feed; one that is stalled is not worth the wait
		os.Exit(exitSignalled + signalNumber(s))
	})
}

// holdExit keeps exitSoon's end off, if held, until goOn is called.
func (r *run) holdExit(held bool) (goOn func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !held || r.exit == nil || !r.exit.Stop() {
		return func() {}
	}
	return func() { r.exit.Reset(exitGrace) }
}

// heed hears signals until heard is called, while something is done that cannot be stopped.
func (r *run) heed() (heard func()) {
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-r.sys.signals:
				r.mu.Lock()
				if r.heard.IsZero() {
					r.heard = time.Now() // so that the export hurries
				}
				r.mu.Unlock()
				r.exitSoon(s)
			case <-ended:
				return
			}
		}
	}()
	return func() { close(ended) }
}

// hardLeft is what is left of hardGrace.
func (r *run) hardLeft() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(hardGrace-time.Since(r.heard2), 50*time.Millisecond)
}

// signalled says when a signal first asked for the end of the test; false if none did.
func (r *run) signalled() (at time.Time, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.heard, !r.heard.IsZero()
}

// hardStop says that a second signal has come.
func (r *run) hardStop() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outcome.signal != 0
}
