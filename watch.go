package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"katydid/fleet"
	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

const watchUsage = `Usage: katydid watch URL --run-id NAME [options]
       katydid watch URL/NAME [options]

Serves the web UI for a run with --shards on this machine: the figures of all its
processes together, which need no open port, and a table of them. Stop, users
and rate are passed on through the store. It stays after the end of the run, until
Ctrl-C.

URL is that of --rendezvous, or KATYDID_RENDEZVOUS. Credentials come from the
environment: SAS_TOKEN (sp=rl to look, sp=rcwl to steer), or AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY.

`

// fleetWatch is the web UI of a run that other processes make. The goroutine of serve follows the run; the server's
// goroutines call the methods of live.Test.
type fleetWatch struct {
	*fleetPlace
	sys    *system
	opts   *options
	log    *logger
	tail   *logTail
	server *live.Server
	over   chan struct{} // closed when the run is

	turn    sync.Mutex // guards what follows; whoever takes it may wait for the store. Taken before mu
	watcher *fleet.Watcher
	reader  stats.CourseReader
	start   time.Time                // of the snapshots that were shown
	files   map[string]*fleet.Merged // those in folder, and what they were made of
	folder  string                   // for downloads; "" until there are some
	trouble string                   // what was last said of the store

	mu       sync.Mutex
	merged   *fleet.Merged // the latest; not nil once the server is there
	plan     *live.Plan
	sum      *stats.Summary
	history  *web.History
	users    int     // that were asked for here last; below 0 for none
	rate     float64 // likewise, 0 for none
	stopping bool    // that was asked for here
}

// How often the store is asked, and how long each time at most.
const (
	watchEvery = 2500 * time.Millisecond
	watchLimit = 20 * time.Second
)

// runWatch is katydid watch.
func runWatch(sys *system, args []string) int {
	if slices.Contains(args, "--help") || slices.Contains(args, "-h") {
		return watchHelp(sys)
	}
	w := &fleetWatch{
		sys: sys, tail: &logTail{}, log: newLogger(sys.stderr, "INFO"), over: make(chan struct{}), files: map[string]*fleet.Merged{},
		history: &web.History{}, users: -1,
	}
	w.log.tail = w.tail
	fail := func(f *failure) int {
		fmt.Fprintf(sys.stderr, "katydid: error: watch: %s\n", oneLine(f.err))
		return f.code
	}
	words, err := w.parse(args)
	if err != nil {
		return fail(usage(err))
	}
	var f *failure
	if w.fleetPlace, f = openFleet(sys, words, w.opts.runID, w.log.warnf); f != nil {
		return fail(f)
	}
	defer func() { _ = w.blobs.Close() }() // nothing is left to be lost
	w.log.redact = w.target.Scrub
	ctx, stop := signalled(sys.signals)
	defer stop()
	switch f := w.find(ctx); {
	case f != nil:
		return fail(f)
	case w.watcher == nil: // a signal
		return exitOK
	}
	defer w.removeFolder()
	if f := w.open(); f != nil {
		return fail(f)
	}
	return w.serve(ctx)
}

// watchParser has those options of the web UI that mean something without a test of one's own.
func watchParser() *optionParser {
	o := &options{from: map[string]string{}, custom: map[string]any{}}
	p := &optionParser{options: o, flags: pflag.NewFlagSet("katydid watch", pflag.ContinueOnError)}
	for _, opt := range o.shardOptions() {
		if opt.name == "run-id" {
			p.add(opt)
		}
	}
	for _, opt := range o.webOptions() {
		if strings.HasPrefix(opt.name, "web-") || strings.HasPrefix(opt.name, "tls-") {
			p.add(opt)
		}
	}
	return p
}

func watchHelp(sys *system) int {
	var b strings.Builder
	b.WriteString(watchUsage)
	for _, opt := range watchParser().all {
		writeOption(&b, opt)
	}
	fmt.Fprint(sys.stdout, b.String())
	return exitOK
}

// parse reads the options, also from the environment, and gives the other words.
func (w *fleetWatch) parse(args []string) (words []string, err error) {
	p := watchParser()
	given, err := p.fromArgs(args)
	if err != nil {
		return nil, err
	}
	for _, s := range append(p.fromEnv(w.sys.environ), given...) {
		if s.name == classesOption { // words that are no options
			continue
		}
		if err := p.apply(s); err != nil {
			return nil, err
		}
	}
	for _, text := range p.warnings {
		w.log.warnf("%s", text)
	}
	w.opts = p.options
	return p.flags.Args(), nil
}

// find waits until some process has begun the run, and reads what is there of it.
func (w *fleetWatch) find(ctx context.Context) *failure {
	for told := false; ; told = true {
		limited, cancel := context.WithTimeout(ctx, 2*watchLimit)
		watcher, err := fleet.Watch(limited, w.blobs, w.run)
		var m *fleet.Merged
		if err == nil {
			m, err = watcher.Refresh(limited)
		}
		cancel()
		var absent *fleet.NoRunError
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			w.watcher, w.plan = watcher, &aboutOf(m).Plan
			if w.opts.webTitle != "" {
				w.plan.Title = w.opts.webTitle
			}
			w.take(m)
			return nil
		case !errors.As(err, &absent):
			return w.problem(err)
		case !told:
			w.log.infof("there is no run %s at %s yet: waiting for its first process (Ctrl-C ends this)", w.run, w.target)
		}
		select {
		case <-time.After(watchEvery):
		case <-ctx.Done():
			return nil
		}
	}
}

// open makes the server and starts it.
func (w *fleetWatch) open() *failure {
	var fail *failure
	w.server, fail = w.opts.listen(w.sys.dir, w, w.target.Scrub, func(text string) { w.log.warnf("web UI: %s", text) })
	if fail != nil {
		return fail
	}
	w.show()
	go func() {
		if err := w.server.Serve(); err != nil {
			w.log.errorf("the web UI has ended: %s", err)
		}
	}()
	w.log.infof("watching the run %s at %s", w.run, w.server.URL())
	return nil
}

// serve follows the run until a signal, and gives the exit code: that of the run if it is over.
func (w *fleetWatch) serve(ctx context.Context) int {
	ticks := time.NewTicker(watchEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			closing, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_ = w.server.Close(closing) // nobody is left to hear of it
			return w.code()
		case <-ticks.C:
			if !w.final() {
				w.refresh(ctx)
			}
		}
	}
}

// code is the exit code for what the run came to; 0 as long as it goes on.
func (w *fleetWatch) code() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.merged.Over {
		return exitOK
	}
	return lookerExit(w.merged)
}

// final says that nothing will change any more. A shard that was taken for dead may come back.
func (w *fleetWatch) final() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.merged.Over && !slices.ContainsFunc(w.merged.Shards, func(s fleet.ShardState) bool { return s.State == fleet.Dead })
}

// refresh reads what is new and shows it.
func (w *fleetWatch) refresh(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	w.turn.Lock()
	defer w.turn.Unlock()
	m, err := w.watcher.Refresh(ctx)
	switch {
	case err != nil && errors.Is(context.Cause(ctx), context.Canceled): // a signal
	case err != nil:
		if text := w.problem(err).Error(); text != w.trouble {
			w.trouble = text
			w.log.warnf("the run cannot be read, what is shown is old; trying again: %s", text)
		}
	default:
		if w.trouble != "" {
			w.trouble = ""
			w.log.infof("the run can be read again")
		}
		w.take(m)
		w.show()
	}
}

func (w *fleetWatch) removeFolder() {
	if w.folder != "" {
		_ = os.RemoveAll(w.folder) // it is in a folder for temporary files anyway
	}
}
