package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"katydid/runtime/script"
	"katydid/web/live"
)

const (
	// mainLimit is how long one piece of script code that belongs to no user may take: the top level, which every user
	// runs once more, a listener, a load shape.
	mainLimit = 60 * time.Second
	// mainGrace is how much longer it may take after a signal.
	mainGrace = 5 * time.Second
	// hardGrace is how much longer all of it together may take after a second signal.
	hardGrace = 2 * time.Second
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
	if r.sys.onDyno() && r.ending() {
		patience = mainGrace // the platform does not wait
	}
	hard := r.hard
	if r.hardStop() {
		hard, patience = nil, r.hardLeft()
	}
	timeUp, stop := r.timeUp()
	defer stop()
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
				r.log.infof("got signal %s: %s has %s to end", s, what, mainGrace) // the end itself is said after it
				limit.Reset(mainGrace)
				continue
			}
		case <-timeUp:
			timeUp = nil
			r.enter(live.Stopping) // before guarded returns
			go r.endLoad()
			continue
		case <-hard:
			why = what + " was stopped by a second signal"
		case <-limit.C:
		case <-memory:
			why = what + " was stopped, " + r.memory.why
		}
		r.main.Kill()
		return why
	}
}

// ending says that the test is over and only its end is still to be done.
func (r *run) ending() bool { s := r.state.Load(); return s == live.Stopping || s == live.Stopped }
