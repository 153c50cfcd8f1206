package locustworker

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// connected makes contact on a new connection.
func (w *Worker) connected() {
	w.known, w.asked = false, time.Now()
	switch {
	case !w.joined && w.ending != goingOn: // the master is asked when the users have left
	case !w.joined:
		w.join()
	case w.answers && w.state != ready:
		// Only the connection may have been lost: a master that goes on answers this heartbeat, a new one does not. With
		// another client_ready the first would take this worker for a second one of the same name.
		w.beat()
	default:
		w.forgotten()
	}
}

// disconnected is told of each try that failed, too.
func (w *Worker) disconnected(err error) {
	switch {
	case errors.Is(err, net.ErrClosed): // from this side
	case w.conn != nil || w.known:
		w.opts.Warn("the connection to the master was lost (%s); connecting again", err)
	default:
		w.warnOnce("there is no Locust master at %s yet (%s); trying for %s", w.link.address, err, w.times.lost)
	}
	w.conn, w.known = nil, false
}

// hangUp ends the connection; the link makes another one.
func (w *Worker) hangUp() {
	if w.conn != nil {
		_ = w.conn.Close()
	}
	w.conn, w.known = nil, false
}

// mostTries is how often a master is asked under one name. ZeroMQ does not tell it of a second connection of a name as long
// as it takes the first for alive, which after a cut in the network can be long.
const mostTries = 3

// join asks the master to take this worker.
func (w *Worker) join() {
	w.asked = time.Now()
	if w.tries++; w.tries > mostTries {
		w.tries, w.id = 0, identity()
		w.link.rename(w.id)
		w.hangUp()
		return
	}
	if !w.send("client_ready", anyVersion) {
		w.tries--
	}
}

// forgotten is what to do when the master does not know this worker, or may not: one that does not answer heartbeats cannot
// be asked. A run that it did not start ends first.
func (w *Worker) forgotten() {
	w.joined = false
	if w.state == ready {
		w.join()
		return
	}
	w.opts.Warn("the master was started anew, or has given this worker up: what is running here is stopped")
	w.end(abandoned)
}

// second is what has to be done each second.
func (w *Worker) second() error {
	now := time.Now()
	if w.conn != nil && (w.known || w.joined) {
		w.beat()
	}
	if w.conn != nil && w.known && !w.answers {
		w.alive = now // there is no other sign of life than the connection
	}
	asked := now.Sub(w.asked)
	switch silent := now.Sub(w.alive); {
	case silent > w.times.lost && w.ending == goingOn && w.state == ready:
		return fmt.Errorf("%w at %s: none answered for %s", ErrNoMaster, w.link.address, w.times.lost)
	case silent > w.times.silence && w.joined:
		w.opts.Warn("the master has been silent for %s", w.times.silence)
		w.hangUp()
		w.forgotten()
	case w.conn != nil && w.joined && !w.known && w.ending == goingOn && asked > w.times.doubt:
		w.forgotten()
	case w.conn != nil && !w.joined && w.ending == goingOn && asked > w.times.join:
		w.join()
	}
	if w.state != ready && !w.known {
		w.report() // collects only
	}
	return nil
}

// end stops the users. A reason that weighs more takes the place of the one before.
func (w *Worker) end(why ending) {
	before := w.ending
	w.ending = max(before, why)
	if before != goingOn {
		return
	}
	drain(w.stopped)
	if w.state == ready {
		w.Stopped()
		return
	}
	w.report() // soon, for a master that listens for half a second only
	w.test.Stop(w.job.StopTimeout)
}

// allStopped ends a run: all users have left. It says whether the worker ends, too.
func (w *Worker) allStopped() (done bool) {
	why := w.ending
	if why == abandoned {
		w.tally.collect(time.Now(), 0)
	} else {
		w.report()
	}
	w.account()
	if why == quitting {
		if w.known {
			w.send("quit", nil)
		}
		w.farewell()
		return true
	}
	w.ending = goingOn
	if w.known {
		w.send("client_stopped", nil)
	}
	w.state, w.joined, w.known = ready, false, false
	w.alive = time.Now()
	w.join()
	backlog := w.backlog
	w.backlog = nil
	for _, m := range backlog {
		w.handle(m)
	}
	return false
}

// account says what of a run is in no figure of the master.
func (w *Worker) account() {
	if w.state == ready {
		return
	}
	w.opts.Info("the test has ended here: %d requests were reported to the master", w.tally.sent)
	if n := w.tally.waiting(); n > 0 {
		w.opts.Warn("%d requests could not be reported to the master and are in none of its figures", n)
	}
	if n := w.tally.silent(); n > 0 {
		w.opts.Warn("%d exceptions could not be reported to the master and are in none of its figures", n)
	}
	if w.late > 0 {
		w.opts.Warn("%d requests ended more than %s after the master's quit, when it listens no more: they may be in none of its figures", w.late, w.times.closing)
	}
	w.tally.forget()
}

// farewell waits until the master has read what was sent last.
func (w *Worker) farewell() {
	if w.conn == nil || w.conn.Finish() != nil {
		return
	}
	for e := range w.link.events {
		if e.err != nil {
			return
		}
	}
}

func drain(c chan struct{}) {
	select {
	case <-c:
	default:
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
