package locustworker

import (
	"time"

	"github.com/tinylib/msgp/msgp"
)

// beat sends a heartbeat. A master takes more than 90 % for a worker that cannot keep up, so the processors are meant that
// this process has, not one of them.
func (w *Worker) beat() {
	cpu, memory := w.opts.Usage()
	w.send("heartbeat", func(b []byte) []byte {
		b = msgp.AppendMapHeader(b, 3)
		b = msgp.AppendString(msgp.AppendString(b, "state"), w.state)
		b = msgp.AppendFloat64(msgp.AppendString(b, "current_cpu_usage"), cpu)
		return msgp.AppendInt64(msgp.AppendString(b, "current_memory_usage"), memory)
	})
}

// report sends what was measured since the last report.
func (w *Worker) report() {
	if w.state == ready {
		return
	}
	users := w.test.Users()
	live := 0
	for _, n := range users {
		live += n
	}
	w.tally.collect(time.Now(), live)
	if !w.known {
		return
	}
	w.sendExceptions()
	waiting := w.tally.waiting()
	if w.send("stats", func(b []byte) []byte { return w.tally.appendReport(b, users) }) {
		w.tally.reported()
		if !w.quitAt.IsZero() && time.Since(w.quitAt) > w.times.closing {
			w.late += waiting
		}
	}
}

// mostExceptions bounds how many exceptions go to the master with one report: it takes each as a message of its own, as there
// is no other way to count them. The others wait; of those that wait at the end, ten times as many go.
const mostExceptions = 5000

func (w *Worker) sendExceptions() {
	left := int64(mostExceptions)
	if w.ending != goingOn {
		left *= 10
	}
	for _, x := range w.tally.exceptions {
		for ; x.waiting > 0 && left > 0; left-- {
			if !w.send("exception", func(b []byte) []byte { return appendException(b, x) }) {
				return
			}
			x.waiting--
		}
	}
}

// mostLines is how many lines of the log a master keeps of a worker.
const mostLines = 500

// sendLogs sends the last lines of the log if there are new ones. The master wants all of them each time.
func (w *Worker) sendLogs() {
	if w.opts.Logs == nil || !w.known || !w.sends {
		return
	}
	lines, total := w.opts.Logs()
	if total == w.logged {
		return
	}
	if len(lines) > mostLines {
		lines = lines[len(lines)-mostLines:]
	}
	if w.send("logs", func(b []byte) []byte {
		b = msgp.AppendMapHeader(b, 2)
		b = msgp.AppendString(msgp.AppendString(b, "worker_id"), w.id)
		b = msgp.AppendArrayHeader(msgp.AppendString(b, "logs"), uint32(len(lines)))
		for _, line := range lines {
			b = msgp.AppendString(b, line)
		}
		return b
	}) {
		w.logged = total
	}
}
