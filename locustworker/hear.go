package locustworker

import (
	"time"

	"github.com/tinylib/msgp/msgp"
)

// hear deals with what comes from the link.
func (w *Worker) hear(e event) {
	switch {
	case e.conn != nil:
		w.conn = e.conn
		w.connected()
	case e.err != nil:
		w.disconnected(e.err)
	default:
		m, err := unpack(e.message)
		if err != nil {
			w.warnOnce("the master is not understood: %s", err)
			return
		}
		w.alive = time.Now()
		w.handle(m)
	}
}

// handle deals with a message. While users are leaving, what would start others waits.
func (w *Worker) handle(m message) {
	if w.ending != goingOn && (m.kind == "spawn" || m.kind == "stop") {
		w.backlog = append(w.backlog, m)
		return
	}
	switch m.kind {
	case "ack":
		w.taken(m.data)
	case "heartbeat":
		w.answers = true
		if w.joined {
			w.known = true
		}
	case "spawn":
		w.spawn(m.data)
	case "stop":
		w.opts.Info("the master stops the run")
		w.end(byMaster)
	case "quit":
		if w.quitAt.IsZero() { // some masters say it twice
			w.opts.Info("the master quits")
			w.quitAt = time.Now()
			w.end(quitting)
		}
	case "reconnect":
		w.opts.Warn("the master asks for a new connection")
		w.hangUp()
	case "spawning_complete":
		w.complete(m.data)
	case "update_user_class":
		w.warnOnce("the master's page changed a user class: weight and fixed_count count, as the master deals the users out; the rest does not reach the script")
	default:
		w.warnOnce("the master sent a message %.60q, which no script of katydid can receive", m.kind)
	}
}

// complete says that the users of all workers are there.
func (w *Worker) complete(data any) {
	if m, ok := data.(map[string]any); ok && w.opts.Complete != nil {
		if n, ok := m["user_count"].(int64); ok {
			w.opts.Complete(int(n))
		}
	}
}

// warnOnce says something only once: a master may send the like many times a second.
func (w *Worker) warnOnce(format string, args ...any) {
	if !w.strange[format] {
		w.strange[format] = true
		w.opts.Warn(format, args...)
	}
}

// taken is the master's answer to client_ready.
func (w *Worker) taken(data any) {
	if w.known {
		return // it was asked twice
	}
	w.known, w.joined, w.last, w.tries = true, true, 0, 0
	index := ""
	if m, ok := data.(map[string]any); ok {
		if n, ok := m["index"].(int64); ok {
			index = " as its worker " + itoa(n)
		}
	}
	w.opts.Info("joined the Locust master at %s%s", w.link.address, index)
}

// spawn takes a job.
func (w *Worker) spawn(data any) {
	if !w.joined {
		return // it was on its way before this worker was given up
	}
	w.known = true
	job, at, err := readJob(data)
	if err != nil {
		w.opts.Warn("the master's order to spawn is not understood: %s", err)
		return
	}
	if at <= w.last {
		w.opts.Info("an order of the master's that is older than the last is left out")
		return
	}
	w.send("spawning", nil)
	w.last = at
	if w.state == ready {
		job.First = true
		w.tally.begin(time.Now())
		drain(w.spawned)
	}
	w.state, w.job, w.settling = spawning, job, false
	w.sends = w.sends || knowsLogs(job.Options)
	w.test.Spawn(job)
}

// knowsLogs tells a master that takes lines of the log, as recent Locusts do, from one that would complain of them each time.
// One of its options says so, which came after that.
func knowsLogs(options map[string]any) bool {
	_, ok := options["profile"]
	return ok
}

// allSpawned says to the master that its last order was carried out.
func (w *Worker) allSpawned() {
	if w.ending != goingOn || w.state == ready {
		return
	}
	users := w.test.Users()
	w.state, w.settling = running, w.above(users)
	w.sayCounts(users)
}

// above says that there are more users of some class than the job wants.
func (w *Worker) above(users map[string]int) bool {
	for class, n := range users {
		if n > w.job.Users[class] {
			return true
		}
	}
	return false
}

// settle says it again when those that had to leave have left: so the master need not wait for the next report.
func (w *Worker) settle() {
	if !w.settling || w.ending != goingOn {
		return
	}
	if users := w.test.Users(); !w.above(users) {
		w.settling = false
		w.sayCounts(users)
	}
}

func (w *Worker) sayCounts(users map[string]int) {
	if w.known { // a master of Locust 2.12 falls over a worker that it does not know
		w.send("spawning_complete", func(b []byte) []byte { return appendUsers(msgp.AppendMapHeader(b, 2), users) })
	}
}
