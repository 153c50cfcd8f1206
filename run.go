package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"katydid/metrics"
	"katydid/runtime/load"
	"katydid/runtime/module"
	"katydid/runtime/vu"
	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

// run is one load test from the command line to the exit code.
type run struct {
	sys    *system
	opts   *options
	custom []customArg // options of the script
	screen screen
	log    *logger

	env      *vu.Env
	shared   *module.Run
	main     *vu.Main   // belongs to the goroutine of runTest
	found    []vu.Found // all user classes of the script
	shape    string     // class of the load shape, "" without one
	lastTick vu.Tick
	people   population   // all virtual users; nil before there can be any
	crowd    *vu.Crowd    // of native users; nil in the run of a k6 script
	k6       *k6Test      // of a k6 script; nil for others
	steered  *steered     // by a Locust master; nil in other runs
	shards   *shards      // of a run that several processes make; nil in others
	shard    load.Shard   // which of them this is
	driver   *load.Closed // of a closed run
	open     *load.Open   // of an open run; nil in a closed one
	plan     load.Plan    // of an open run
	cap      *load.Cap    // of the request rate; nil without

	filesTold bool // that there are too few open files

	embedded  bool // the target API runs in this process
	target    *embeddedTarget
	out       *outputs
	measured  *metrics.State   // k6's metrics at the end; nil before
	results   []metrics.Result // of the thresholds, at the end
	export    *export          // nil without --export
	snapshot  atomic.Pointer[stats.Snapshot]
	final     atomic.Pointer[stats.Summary]   // of a session's run that has ended; nil before
	state     atomic.Value                    // string: a state of package live
	watch     func(*stats.Snapshot, web.Load) // of the session: gets all snapshots in order, and nil when the state changes; nil without
	judging   sync.Mutex                      // metrics are collected and judged by one goroutine at a time
	started   time.Time
	cpuBefore time.Duration // that the process had taken before this run
	cpu       *cpuUse
	mark      atomic.Pointer[processMark] // when the load began; nil before
	health    stats.Health                // from then to its end

	stop     chan string   // reasons to end the test; the first counts
	commands chan func()   // see do
	over     chan struct{} // closed when the load is over
	settled  chan struct{} // closed when all of it has been counted and judged
	told     chan struct{} // closed when those who watch have been shown that
	spawned  chan int      // all users are there
	keys     *keys         // of the terminal; nil if none are read
	memory   *memoryWatch
	logFile  *os.File // of --logfile; nil without
	logFeed  *feed    // before it

	deadline time.Time // of the load; zero for none. Set before the first user starts
	cancel   context.CancelFunc
	driven   chan struct{} // closed when the driver has ended
	closing  sync.Once     // of the driver
	leaving  sync.Once     // of the users
	hard     chan struct{} // closed at a second signal

	mu      sync.Mutex
	outcome outcome
	heard   time.Time   // when a signal first asked for the end of the test; zero if none did
	heard2  time.Time   // when the second came
	exit    *time.Timer // the last resort after it; nil before
}

// runTest is the whole of katydid -f SCRIPT.
func runTest(sys *system) int {
	errs := newFeed(sys.stderr)
	defer errs.close()
	fed := *sys
	fed.stderr, fed.tail = errs, &logTail{}
	sys = &fed
	r := newRun(sys)
	defer r.end()
	first, err := parseFirst(sys.args, sys.environ, sys.home, sys.dir)
	switch {
	case errors.Is(err, errNoScript):
		return r.refuse(usage(noScript(sys.args)))
	case err != nil:
		return r.refuse(usage(err))
	case first.version:
		return printVersion(sys.stdout)
	case first.help:
		return r.help(first)
	}
	if fail := r.load(first); fail != nil {
		return r.refuse(fail)
	}
	if r.opts.list {
		fmt.Fprintln(sys.stdout, "Available Users:")
		for _, c := range r.env.Classes {
			fmt.Fprintln(sys.stdout, "    "+c.Name)
		}
		return exitOK
	}
	if r.opts.ratios || r.opts.ratiosJSON {
		return r.showRatios()
	}
	if sys.inspect {
		return r.inspect()
	}
	if r.opts.worker {
		return r.work()
	}
	if r.opts.shards > 0 {
		if fail := r.join(); fail != nil {
			return r.refuse(fail)
		}
	}
	if !r.opts.headless {
		return runSession(sys, first, r)
	}
	if fail := r.makeReady(); fail != nil {
		return r.refuse(fail)
	}
	return r.test()
}

// end gives back what a run holds.
func (r *run) end() {
	r.screen.Close()
	r.memory.stop()
	r.closeLog()
	_ = r.holdExit(true) // for good: nothing is left that could block
}

// makeReady does all that can fail before the load, or before the setup of a k6 script.
func (r *run) makeReady() *failure {
	if r.k6 != nil {
		return r.prepareK6()
	}
	fail := r.prepare()
	if fail != nil && r.target != nil {
		r.target.cancel()
	}
	return fail
}

// test is the load test itself, and gives the exit code.
func (r *run) test() int {
	if r.k6 != nil {
		return r.executeK6()
	}
	return r.execute()
}

// counted says that all of the load has been counted and judged.
func (r *run) counted() {
	close(r.settled)
	r.enter(live.Stopped)
	close(r.told)
}

// enter takes the run to another state. Any goroutine may call it.
func (r *run) enter(state string) {
	r.state.Store(state)
	if r.watch != nil {
		r.watch(nil, web.Load{})
	}
}

// refuse says why there is no run.
func (r *run) refuse(fail *failure) int {
	r.screen.Close()
	text := fail.Error()
	if redact := r.env.Redact; redact != nil { // it may be what the script threw
		text = redact(text)
	}
	prefix := "katydid: error: "
	if fail.code == exitOK {
		prefix = "katydid: "
	}
	fmt.Fprintf(r.sys.stderr, "%s%s\n", prefix, text)
	return fail.code
}

// help is --help, with the options of the script if there is one and it can be loaded.
func (r *run) help(first *options) int {
	var custom []customArg
	if len(first.scripts) > 0 {
		custom, _, _ = r.declare(first) // whoever asks for help does not want to hear of errors
	}
	return help(r.sys.stdout, custom, exitOK)
}

// execute is the test itself.
func (r *run) execute() int {
	r.log.infof("%s", r.sys.limits)
	if r.embedded {
		r.log.infof("no host was given: the target API runs in this process at %s", r.target.url)
	}
	r.listen()
	if fail := r.meet(nil); fail != nil {
		return r.refuse(fail)
	}
	r.out.start()
	r.export.start()
	defer r.export.close()
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(context.Background())
	r.fire("testStart", nil)
	r.enter(live.Spawning)
	r.mark.Store(markProcess())
	r.begin()
	go func() { defer close(r.driven); r.startDriver(ctx) }()

	r.endDriver(r.drive())
	r.fire("testStopping", nil)
	r.leaving.Do(r.stopUsers)
	r.health = r.healthSince(r.mark.Load())
	took := time.Since(r.started)
	r.judgeStarts()
	r.enter(live.Stopped)
	r.fire("testStop", nil)
	if r.target != nil {
		r.target.close(r.log)
	}
	heard := r.heed()
	r.out.collect()
	heard()
	r.conclude(took)
	r.part(nil)
	r.counted()
	r.fire("quitting", nil)
	return r.finish()
}

// startDriver starts and stops users until ctx is done.
func (r *run) startDriver(ctx context.Context) {
	if r.open != nil {
		r.open.Run(ctx)
	} else {
		r.driver.Run(ctx)
	}
}

// closeLog closes the file of --logfile.
func (r *run) closeLog() {
	if r.logFile != nil {
		r.logFeed.close()
		_ = r.logFile.Close() // all has been written, or never will be
	}
}

// stopFor ends the test; only the first reason counts. Any goroutine may call it.
func (r *run) stopFor(reason string) {
	select {
	case r.stop <- reason:
	default:
	}
}

// note remembers trouble for the exit code. Any goroutine may call it.
func (r *run) note(t vu.Trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch t {
	case vu.UserDied:
		r.outcome.usersDied = true
	case vu.ListenerThrew:
		r.outcome.listener = true
	}
}

// fire calls the listeners of an event of the run, in the main VM.
func (r *run) fire(event string, more map[string]any) {
	if !r.main.Listens(event) {
		return
	}
	r.unlessStopped(r.guarded("a listener of "+event, func() error {
		return r.main.Fire(event, module.Event(r.main, more)) // StopTest has done its work already, others mean nothing here
	}))
}

// background lets the main VM's timers and promises go on.
func (r *run) background() {
	r.unlessStopped(r.guarded("a timer of no user", func() error {
		r.main.TopLevel()
		return nil
	}))
}

// unlessStopped reports code of the main VM that had to be stopped. Other errors have been reported where they happened.
func (r *run) unlessStopped(err error) {
	if stopped := (*stoppedError)(nil); errors.As(err, &stopped) {
		r.log.errorf("%s", stopped)
		r.note(vu.ListenerThrew)
	}
}

// population is the virtual users of a run, whatever their script.
type population interface {
	Live() int // users that there are now
	Peak() int // the most that there were at once
	// Hogged, Accuse and KillAll are for the watch over memory; see vu.Crowd.
	Hogged() bool
	Accuse() string
	KillAll()
}

// users are the live and the wanted number of users.
func (r *run) users() (live, target int) {
	switch {
	case r.people == nil:
		return 0, 0
	case r.k6 != nil:
		target = r.k6.planned
	case r.steered != nil:
		target = r.steered.target()
	case r.open != nil:
		_, _, target = r.open.Users()
	default:
		target, _ = r.driver.Target()
	}
	return r.people.Live(), target
}
