package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"katydid/runtime/script"
)

const (
	// mainLimit is how long one piece of script code that belongs to no user may take: the top level, which every user
	// runs once more, a listener, a load shape.
	mainLimit = 60 * time.Second
	// mainGrace is how much longer it may take after a signal.
	mainGrace = 5 * time.Second
)

// guarded runs code of the script in the main VM and puts an end to it when it does not end by itself: an endless loop
// there would keep the program from hearing signals. The error, of the code or of its being stopped, has the text for
// people, with the place in the script. what is the name of the code. Call it from the goroutine of runTest.
func (r *run) guarded(what string, do func() error) error {
	ended := make(chan struct{})
	stopped := make(chan string, 1)
	go func() { stopped <- r.guard(what, ended) }()
	err := do()
	close(ended)
	why := <-stopped
	if why != "" {
		r.main.Revive() // later listeners have a right to run
	}
	switch {
	case why == "" && err == nil:
		return nil
	case why == "":
		return errors.New(traceOf(err))
	case err != nil:
		why += "\n" + traceOf(err)
	}
	return &stoppedError{why}
}

// stoppedError is the error of code that guarded has put an end to.
type stoppedError struct{ text string }

func (e *stoppedError) Error() string { return e.text }

// traceOf is the text of an error of the script, with its stack. It does not begin with "Error: ", which says nothing,
// and shows no places in katydid's own modules: nobody can mend anything there.
func traceOf(err error) string {
	_, trace := script.Stack(err)
	var b strings.Builder
	for line := range strings.Lines(strings.TrimPrefix(trace, "Error: ")) {
		if !strings.HasPrefix(line, "    at ") || !strings.Contains(line, "katydid/model:") {
			b.WriteString(line)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// guard kills the main VM if the code has not ended in time, and says why; "" if it did end.
func (r *run) guard(what string, ended <-chan struct{}) (why string) {
	patience := mainLimit
	if os.Getenv("DYNO") != "" && r.ending() {
		patience = mainGrace // the platform does not wait
	}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	why = fmt.Sprintf("%s had not ended after %s: is there an endless loop?", what, patience)
	memory := r.memory.out
	select {
	case <-memory:
		memory = nil // that was somebody else's doing, who is gone
	default:
	}
	for {
		select {
		case <-ended:
			return ""
		case s := <-r.sys.signals:
			why = fmt.Sprintf("%s was stopped by signal %s", what, s)
			if r.hearSignal(s) {
				limit.Reset(mainGrace)
				continue
			}
		case <-limit.C:
		case <-memory:
			why = what + " was stopped, " + r.memory.why
		}
		r.main.Kill()
		return why
	}
}

// hearSignal takes a signal; any goroutine. The first asks for the end of the test and gives what is running some time,
// then it is true. Before the test and while it ends, or if it is the second, it ends all at once.
func (r *run) hearSignal(s os.Signal) (gently bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.heard.IsZero() && !r.ending()
	if r.heard.IsZero() {
		r.heard = time.Now()
	}
	if first {
		r.stopFor("got signal " + s.String())
		return r.state.Load() != "ready"
	}
	r.outcome.signal = signalNumber(s)
	r.log.warnf("got signal %s: stopping at once", s)
	return false
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

// ending says that the test is over and only its end is still to be done.
func (r *run) ending() bool { s := r.state.Load(); return s == "stopping" || s == "stopped" }
