package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"katydid/runtime/load"
	"katydid/runtime/module"
	"katydid/runtime/vu"
	"katydid/stats"
)

// run is one load test from the command line to the exit code.
type run struct {
	sys    *system
	opts   *options
	screen screen
	log    *logger

	env      *vu.Env
	shared   *module.Run
	main     *vu.Main // belongs to the goroutine of runTest
	shape    string   // class of the load shape, "" without one
	lastTick vu.Tick
	crowd    *vu.Crowd
	driver   *load.Closed
	cap      *load.Cap // of the request rate; nil without

	embedded bool // the target API runs in this process
	target   *embeddedTarget
	out      *outputs
	snapshot atomic.Pointer[stats.Snapshot]
	state    atomic.Value // string: Locust's word for it
	started  time.Time
	cpu      *cpuUse

	stop    chan string // reasons to end the test; the first counts
	spawned chan int    // all users are there
	memory  *memoryWatch
	logFile *os.File // of --logfile; nil without

	mu      sync.Mutex
	outcome outcome
	heard   bool // a signal has asked for the end of the test
}

// runTest is the whole of katydid -f SCRIPT.
func runTest(sys *system) int {
	r := newRun(sys)
	defer func() { _ = r.logFile.Close() }() // without one that is an error and no harm
	defer r.memory.stop()
	defer r.screen.Close()
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
	if fail := r.prepare(); fail != nil {
		if r.target != nil {
			r.target.cancel()
		}
		return r.refuse(fail)
	}
	return r.execute()
}

// refuse says why there is no run.
func (r *run) refuse(fail *failure) int {
	r.screen.Close()
	fmt.Fprintf(r.sys.stderr, "katydid: error: %s\n", fail)
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

// prepare does all that can fail before the first request: driver, embedded target, init listeners, files.
func (r *run) prepare() *failure {
	var classes []load.Class
	for _, c := range r.env.Classes {
		classes = append(classes, load.Class{Name: c.Name, Weight: c.Weight, Fixed: c.Fixed})
	}
	mix, err := load.NewMix(classes)
	if err != nil {
		return broken(err)
	}
	r.gather(mix)
	if r.embedded {
		if err := r.embed(); err != nil {
			return broken(err)
		}
	}
	r.started = time.Now()
	r.capRate()
	r.env.Recorder = stats.NewRecorder(r.started, stats.Options{RecentTimes: r.opts.csvFullHistory, IntervalLog: r.opts.csv != ""})
	if r.fire("init", nil); r.outcome.listener {
		return broken(errors.New("a listener of init threw, see above"))
	}
	if r.out, err = openOutputs(r); err != nil {
		return &failure{exitNotWritten, err}
	}
	return nil
}

// dynoRPS is what Heroku's guideline allows without asking.
const dynoRPS = 10_000

// capRate takes over --max-rps, and the platform's rule where there is one.
func (r *run) capRate() {
	rate := r.opts.maxRPS
	if rate == 0 && os.Getenv("DYNO") != "" {
		rate = dynoRPS
		r.log.infof("on a dyno: no more than %d requests per second are sent, as Heroku's guideline for load tests says; --max-rps changes that", dynoRPS)
	}
	if rate > 0 {
		r.cap = load.NewCap(rate, r.started)
		r.shared.Turn = r.cap.Take
	}
}

// gather makes the crowd, still empty, and its driver.
func (r *run) gather(mix *load.Mix) {
	r.mu.Lock() // the memory's watch looks for the crowd
	defer r.mu.Unlock()
	r.crowd = vu.NewCrowd(r.env, func(class int) { r.driver.Ended(class) })
	r.driver = load.NewClosed(mix, r.crowd, r.complete)
}

// embed starts the target API in this process for all classes that send requests.
func (r *run) embed() (err error) {
	if r.target, err = embedTarget(); err != nil {
		return err
	}
	for i := range r.env.Classes {
		if c := &r.env.Classes[i]; c.HTTP != nil {
			c.Host, c.Origin = r.target.url, r.target.origin
		}
	}
	return nil
}

// execute is the test itself.
func (r *run) execute() int {
	if r.embedded {
		r.log.infof("no host was given: the target API runs in this process at %s", r.target.url)
	}
	r.out.start()
	ctx, cancel := context.WithCancel(context.Background())
	r.fire("testStart", nil)
	r.state.Store("spawning")
	r.begin()
	ended := make(chan struct{})
	go func() { defer close(ended); r.driver.Run(ctx) }()

	reason := r.drive()
	r.log.infof("%s, shutting down", reason)
	r.state.Store("stopping")
	cancel()
	<-ended // nobody is started from here on
	r.fire("testStopping", nil)
	r.stopUsers()
	r.state.Store("stopped")
	r.fire("testStop", nil)
	if r.target != nil {
		r.target.close(r.log)
	}
	r.out.collect()
	r.fire("quitting", nil)
	return r.finish()
}

// begin sets the driver's first goal.
func (r *run) begin() {
	if r.shape != "" {
		r.log.infof("load shape %s decides on the users", r.shape)
		for _, name := range []string{"users", "spawn-rate", "run-time"} {
			if r.opts.given(name) && !r.main.ShapeUsesOptions() {
				r.log.warnf("%s is ignored: the load shape decides; static useCommonOptions = true lets both count", r.opts.source(name))
			}
		}
		r.main.ResetShapeTime()
		r.tick()
		return
	}
	r.log.infof("ramping to %d users at a rate of %.2f per second", r.opts.users, r.opts.rate)
	r.driver.Until(r.opts.runTime)
	if err := r.driver.Goal(r.opts.users, r.opts.rate); err != nil {
		r.stopFor(err.Error()) // the options were checked: a fault of ours
	}
}

// drive lets the test run until there is a reason to end it.
func (r *run) drive() (reason string) {
	limit := r.opts.runTime
	if limit <= 0 || r.shape != "" && !r.main.ShapeUsesOptions() {
		limit = forever
	}
	timeUp := time.NewTimer(limit) // from the ramp on, as Locust counts
	defer timeUp.Stop()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	r.cpu = newCPUUse()
	for {
		select {
		case reason := <-r.stop:
			return reason
		case s := <-r.sys.signals:
			r.hearSignal(s)
		case <-timeUp.C:
			return "run time limit reached"
		case n := <-r.spawned:
			r.allSpawned(n)
			r.endIfDeserted()
		case <-r.crowd.Left():
			r.endIfDeserted()
		case <-second.C:
			r.background()
			r.cpu.look(r)
			if r.shape != "" {
				r.tick()
			}
		}
	}
}

// endIfDeserted ends the test when all users have come and gone. A load shape may still want others.
func (r *run) endIfDeserted() {
	if target, reached := r.driver.Target(); reached && target > 0 && r.crowd.Live() == 0 && r.shape == "" {
		r.stopFor("all users have ended") // unless the last one has given another reason
	}
}

// tick asks the load shape what is wanted now.
func (r *run) tick() {
	var t vu.Tick
	var ok bool
	err := r.guarded("tick()", func() (err error) {
		t, ok, err = r.main.Tick()
		return err
	})
	switch {
	case err != nil:
		r.log.errorf("load shape %s: %s", r.shape, err)
		r.note(vu.ListenerThrew)
		r.stopFor("the load shape failed")
	case !ok:
		r.stopFor("the load shape is at its end")
	case !t.Equal(r.lastTick):
		r.lastTick = t
		r.log.infof("shape: ramping to %d users at a rate of %.2f per second", t.Users, t.Rate)
		r.state.Store("spawning")
		if err := r.driver.Goal(t.Users, t.Rate, t.Classes...); err != nil {
			r.log.errorf("load shape %s: %s", r.shape, err)
			r.note(vu.ListenerThrew)
			r.stopFor("the load shape failed")
		}
	}
}

// complete is called by the driver when all users are there.
func (r *run) complete(live int) {
	select {
	case r.spawned <- live:
	default: // one that nobody has looked at yet says the same
	}
}

func (r *run) allSpawned(n int) {
	r.state.Store("running")
	r.log.infof("all users spawned: %d", n)
	r.fire("spawningComplete", map[string]any{"userCount": n, "user_count": n})
	if r.opts.resetStats {
		r.log.infof("resetting stats")
		r.out.reset()
		r.fire("resetStats", nil)
	}
}

// dynoGrace caps the stop timeout where SIGKILL follows SIGTERM after 30 s: the rest is for onStop, the last rows and
// their upload.
const dynoGrace = 15 * time.Second

// stopUsers ends all users; a second signal cuts it short.
func (r *run) stopUsers() {
	grace := r.opts.stopTimeout
	if r.hardStop() {
		grace = 0
	}
	if os.Getenv("DYNO") != "" && grace > dynoGrace {
		r.log.warnf("--stop-timeout is %s, but a dyno is killed 30 s after SIGTERM: using %s", grace, dynoGrace)
		grace = dynoGrace
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case s := <-r.sys.signals:
			r.hearSignal(s)
			cancel()
		case <-ended:
		}
	}()
	killed, stuck := r.crowd.StopAll(ctx, grace)
	if killed > 0 && grace > 0 && ctx.Err() == nil {
		r.log.infof("not all users finished their tasks in %s: %d were interrupted", grace, killed)
	}
	if stuck > 0 {
		r.log.errorf("%d users did not end even after the hard stop; they are left behind", stuck)
		r.note(vu.UserDied)
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

// users are the live and the wanted number of users.
func (r *run) users() (live, target int) {
	if r.crowd == nil {
		return 0, 0
	}
	target, _ = r.driver.Target()
	return r.crowd.Live(), target
}
