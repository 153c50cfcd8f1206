// Package locustworker is the worker's side of Locust's protocol: it joins a Locust master, lets it steer users, and
// reports to it what they measured. What users are is not its business; see Test.
//
// It works with masters from Locust 2.12 on. Facts that are not obvious are told where they matter.
package locustworker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/tinylib/msgp/msgp"

	"katydid/locustworker/zmtp"
	"katydid/stats"
)

// Test is what the master steers. Its methods are called from Run's goroutine and must return at once: a worker that is
// silent for three seconds is given up.
type Test interface {
	// Spawn brings the users to the numbers of the job, which replaces the one before. When they have been started and told
	// to leave, Worker.Spawned has to be called.
	Spawn(Job)
	// Stop ends all users, within the grace or by force. When they have left, Worker.Stopped has to be called.
	Stop(grace time.Duration)
	// Users is how many users there are, by class, those included that are about to leave.
	Users() map[string]int
}

// Options are what a worker needs to know. Host, Port, Recorder and the functions have to be there.
type Options struct {
	Host string
	Port int
	// Recorder has what is reported, and must have been made with stats.Options.IntervalLog. The worker is the only one
	// that collects from it, and it resets it when a run begins.
	Recorder *stats.Recorder
	// Usage gives the use of the processors since the call before, in percent of what this process may have, and the memory in
	// bytes.
	Usage func() (cpu float64, memory int64)
	// Info and Warn write a line to the log.
	Info, Warn func(format string, args ...any)
	// Logs gives the last lines of the log for the master's page, and how many there were since the start; nil for none.
	Logs func() (last []string, total int)
	// Seen gets every snapshot that was collected, and Complete the number of users when those of all workers are there. Nil
	// for nobody.
	Seen     func(*stats.Snapshot)
	Complete func(users int)
}

// The times of the protocol are Locust's.
type times struct {
	beat    time.Duration // between two heartbeats
	report  time.Duration // between two reports of the figures
	logs    time.Duration // between two reports of the log
	join    time.Duration // between two tries to be taken
	doubt   time.Duration // how long a master may take to say that it still knows this worker
	silence time.Duration // after which the master is given up
	lost    time.Duration // after which looking for it is
	closing time.Duration // how long a master listens after its quit
}

var locustTimes = times{beat: time.Second, report: 3 * time.Second, logs: 10 * time.Second, join: 5 * time.Second,
	doubt: 3 * time.Second, silence: time.Minute, lost: 5 * time.Minute, closing: 500 * time.Millisecond}

// ErrNoMaster says that there was no master for so long that the worker has given up.
var ErrNoMaster = errors.New("there is no Locust master")

// Worker is one worker. Spawned, Stopped and Leave may be called from any goroutine.
type Worker struct {
	opts  Options
	test  Test
	times times
	id    string
	link  *link
	tally *tally

	spawned, stopped chan struct{} // one place each
	leave            chan struct{}

	conn    *zmtp.Conn // nil while there is none
	known   bool       // the master at the other end knows this worker
	joined  bool       // some master has known it
	answers bool       // that master answers heartbeats, as Locust 2.12 does not
	alive   time.Time  // when the master was last known to be there
	asked   time.Time  // when it was last asked to take this worker, or whether it knows it
	tries   int        // to be taken
	logged  int        // lines of the log that were sent
	sends   bool       // the master knows what to do with lines of the log

	state string  // what heartbeats say: ready, spawning or running
	last  float64 // time of the last job, by the master's clock
	job   Job
	// settling: some users may still have to leave before the numbers of the job are reached.
	settling bool
	ending   ending
	quitAt   time.Time // when the master said quit; zero before
	late     int64     // requests that were reported when it listened no more
	backlog  []message // what came while the users were leaving
	strange  map[string]bool
}

// ending is why users are being stopped.
type ending int

const (
	goingOn   ending = iota
	byMaster         // the run is over
	abandoned        // there is no master any more that knows of the run
	quitting         // this worker leaves
)

// The states that a master knows.
const (
	ready    = "ready"
	spawning = "spawning"
	running  = "running"
)

// New makes a worker.
func New(o Options, t Test) *Worker {
	w := &Worker{opts: o, test: t, times: locustTimes, id: identity(), tally: newTally(o.Recorder), state: ready,
		spawned: make(chan struct{}, 1), stopped: make(chan struct{}, 1), leave: make(chan struct{}, 1),
		strange: map[string]bool{}}
	w.tally.seen = o.Seen
	return w
}

// identity is a new name for a worker. The master spreads users evenly over hosts, which it knows by what is before the
// first underscore.
func identity() string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return strings.ReplaceAll(host, "_", "-") + "_" + hex.EncodeToString(b[:])
}

// Spawned says that the users of the last job are there.
func (w *Worker) Spawned() { post(w.spawned) }

// Stopped says that all users have left after Stop.
func (w *Worker) Stopped() { post(w.stopped) }

func post(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // one that waits says the same
	}
}

// Leave ends the worker from this side: users may take the stop timeout to finish, what they measured is reported, and the
// master is told that the worker quits.
func (w *Worker) Leave() { post(w.leave) }

// Run joins the master and does what it says until it quits, Leave is called, or there is no master for five minutes, which
// is ErrNoMaster. When it returns no user is left. Run is called once.
func (w *Worker) Run() error {
	ctx, cancel := context.WithCancel(context.Background())
	w.link = newLink(net.JoinHostPort(w.opts.Host, fmt.Sprint(w.opts.Port)), w.id, w.times.join/5)
	linked := make(chan struct{})
	go func() { defer close(linked); w.link.run(ctx) }()
	defer func() { <-linked }()
	defer cancel()
	w.alive = time.Now()
	beat, report, logs := time.NewTicker(w.times.beat), time.NewTicker(w.times.report), time.NewTicker(w.times.logs)
	defer beat.Stop()
	defer report.Stop()
	defer logs.Stop()
	hurry := time.NewTicker(w.times.closing / 5)
	defer hurry.Stop()
	for {
		select {
		case e := <-w.link.events:
			w.hear(e)
		case <-beat.C:
			if err := w.second(); err != nil {
				return err
			}
		case <-report.C:
			w.report()
		case <-hurry.C:
			if !w.quitAt.IsZero() { // each may be the last that the master takes
				w.report()
			}
			w.settle()
		case <-logs.C:
			w.sendLogs()
		case <-w.spawned:
			w.allSpawned()
		case <-w.leave:
			w.end(quitting)
		case <-w.stopped:
			if w.allStopped() {
				return nil
			}
		}
	}
}

// send sends a message, and says whether the system has taken it.
func (w *Worker) send(kind string, data func(b []byte) []byte) bool {
	if w.conn == nil {
		return false
	}
	if err := w.conn.Send(pack(kind, w.id, data)); err != nil {
		_ = w.conn.Close() // the link notices
		w.conn = nil
		return false
	}
	return true
}

// anyVersion is the data of client_ready that lets a master not compare versions.
func anyVersion(b []byte) []byte { return msgp.AppendInt(b, -1) }
