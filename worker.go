package main

import (
	"errors"
	"fmt"
	"runtime/metrics"
	"sync"
	"time"

	"katydid/locustworker"
	"katydid/stats"
)

// steered is a process that a Locust master steers: one test after another, until the master quits. The protocol has a
// goroutine of its own, which calls Spawn, Stop and Users; what it wants is done by the goroutine of runTest, as that is where
// the main VM belongs, whose listeners may take their time.
type steered struct {
	r      *run
	worker *locustworker.Worker
	given  *options // on this side
	fail   *failure // why it leaves by itself; nil if it does not
	mail   chan struct{}
	test   *steeredTest // the one that goes on; nil without

	mu       sync.Mutex // guards what follows
	job      *locustworker.Job
	stop     *time.Duration
	complete *int
	wanted   int
	users    func() map[string]int // nil without a test
}

// work is the whole of katydid -f SCRIPT --worker, once the script is loaded.
func (r *run) work() int {
	if r.k6 != nil {
		return r.refuse(usage(errors.New("--worker: a k6 script cannot be steered by a Locust master, which starts and stops users of classes; export user classes")))
	}
	for _, name := range mastersBusiness() {
		if r.opts.given(name) {
			r.log.warnf("%s is ignored: on a worker it is the master's business", r.opts.source(name))
		}
	}
	lines := &recentLines{next: r.log.out}
	r.log.out = lines
	r.started = time.Now()
	r.capRate()
	r.env.Recorder = stats.NewRecorder(r.started, stats.Options{IntervalLog: true})
	if r.fire("init", nil); r.outcome.listener {
		return r.refuse(broken(errors.New("a listener of init threw, see above")))
	}
	s := &steered{r: r, given: r.opts, mail: make(chan struct{}, 1)}
	r.steered = s
	s.worker = locustworker.New(locustworker.Options{
		Host: r.opts.masterHost, Port: r.opts.masterPort, Recorder: r.env.Recorder,
		Usage:    newWorkerUsage(r.sys.limits),
		Info:     r.log.infof,
		Warn:     r.log.warnf,
		Logs:     lines.last,
		Seen:     r.snapshot.Store,
		Complete: s.allThere,
	}, s)
	r.log.infof("%s", r.sys.limits)
	r.log.infof("looking for the Locust master at %s:%d", r.opts.masterHost, r.opts.masterPort)
	ended := make(chan error, 1)
	go func() { ended <- s.worker.Run() }()
	return s.farewell(s.drive(ended))
}

// drive does what the master wants until the worker has ended.
func (s *steered) drive(ended <-chan error) error {
	r := s.r
	second := time.NewTicker(time.Second)
	defer second.Stop()
	r.cpu = newCPUUse()
	for {
		select {
		case err := <-ended:
			return err
		case <-s.mail:
			s.read()
		case reason := <-r.stop:
			r.log.infof("%s, leaving the master", reason)
			s.worker.Leave()
		case sig := <-r.sys.signals:
			r.hearSignal(sig)
		case <-second.C:
			r.background()
			r.cpu.look(r)
		}
	}
}

// farewell settles the exit code. Failures are the master's business: it has them.
func (s *steered) farewell(err error) int {
	r := s.r
	if err != nil {
		r.log.errorf("%s", err)
		s.fail = broken(err)
	}
	r.fire("quitting", nil)
	r.mu.Lock()
	code := r.outcome.code()
	r.mu.Unlock()
	if s.fail != nil && code == exitOK {
		code = s.fail.code
	}
	if n := r.shared.ExitCode.Load(); n >= 0 {
		code = int(n)
	}
	r.fire("quit", map[string]any{"exitCode": code, "exit_code": code})
	r.screen.Close()
	r.log.infof("shutting down (exit code %d)", code)
	return code
}

// leave ends the worker, whose test cannot be run.
func (s *steered) leave(fail *failure) {
	s.r.log.errorf("%s", fail)
	s.fail = fail
	s.worker.Leave()
}

// Spawn implements locustworker.Test.
func (s *steered) Spawn(job locustworker.Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	job.First = job.First || s.job != nil && s.job.First
	s.job, s.wanted = &job, 0
	for _, n := range job.Users {
		s.wanted += n
	}
	s.knock()
}

// Stop implements locustworker.Test.
func (s *steered) Stop(grace time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.job, s.stop, s.wanted = nil, &grace, 0
	s.knock()
}

// allThere is called when the users of all workers are there.
func (s *steered) allThere(users int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complete = &users
	s.knock()
}

// knock says that there is something to read.
func (s *steered) knock() {
	select {
	case s.mail <- struct{}{}:
	default:
	}
}

// Users implements locustworker.Test.
func (s *steered) Users() map[string]int {
	s.mu.Lock()
	users := s.users
	s.mu.Unlock()
	if users == nil {
		return nil
	}
	return users()
}

// target is how many users the master wants here.
func (s *steered) target() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted
}

// read does what the master wants.
func (s *steered) read() {
	s.mu.Lock()
	job, stop, complete := s.job, s.stop, s.complete
	s.job, s.stop, s.complete = nil, nil, nil
	s.mu.Unlock()
	if stop != nil {
		s.end(*stop)
	}
	if job != nil {
		s.spawn(job)
	}
	if complete != nil && s.test != nil {
		s.r.fire("spawningComplete", map[string]any{"userCount": *complete, "user_count": *complete})
	}
}

// recentLines keeps the last entries of the log for the master's page.
type recentLines struct {
	next interface{ Write([]byte) (int, error) }

	mu    sync.Mutex
	lines []string
	total int
}

// mostRecent is how many a master keeps.
const mostRecent = 500

func (l *recentLines) Write(b []byte) (int, error) {
	l.mu.Lock()
	if l.total++; len(l.lines) == mostRecent {
		copy(l.lines, l.lines[1:])
		l.lines = l.lines[:mostRecent-1]
	}
	l.lines = append(l.lines, string(b[:max(len(b)-1, 0)])) // without the line's end
	l.mu.Unlock()
	return l.next.Write(b)
}

func (l *recentLines) last() ([]string, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...), l.total
}

// newWorkerUsage measures the processors over spans as Locust does, which takes a single second of work for nothing.
func newWorkerUsage(l limits) func() (cpu float64, memory int64) {
	span, share := cpuSpan{}, 0.0
	span.next(l)
	return func() (float64, int64) {
		if time.Since(span.at) >= usageEvery/2 {
			share = span.next(l)
		}
		return 100 * share, residentMemory()
	}
}

// residentMemory is about what this process has of the machine's memory, in bytes.
func residentMemory() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() - s[1].Value.Uint64())
}

// unknownClass is the text for a class that the master wants and the script does not have.
func unknownClass(name string) string {
	return fmt.Sprintf("the master wants users of class %s, which the script does not export: they are missing from its test", name)
}
