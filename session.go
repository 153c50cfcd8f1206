package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"katydid/web/live"
)

// session is the program with its web UI: any number of tests, one after another. Each is a run of its own, for which the
// script is read again: nothing of one test is left in the next, and a script that was edited counts at the next start
// (docs/decisions/018-a-run-for-each-test.md). One goroutine, that of serve, runs the tests; the server's goroutines call
// the methods of live.Test.
type session struct {
	sys    *system
	first  *options // for loading the script
	opts   *options // of the web UI
	log    *logger
	server *live.Server
	folder string // for results that nobody asked for; "" until there are some
	starts chan startRequest
	ended  chan struct{} // closed when no test is started any more

	showing sync.Mutex // frames are made and shown one at a time; taken before mu

	mu    sync.Mutex
	plan  *live.Plan
	shown *live.Frame
	n     int  // tests so far
	run   *run // that goes on, or the last one; nil before the first
	busy  bool // it goes on
	code  int  // of the last one
}

// startRequest asks for a test. The answer is an error that kept it from starting, or nil as soon as it has.
type startRequest struct {
	form   live.Form
	answer chan error
}

// runSession serves the web UI until a signal, or --autoquit, ends it. preview is the script as the command line has it; it
// is not run.
func runSession(sys *system, first *options, preview *run) int {
	s := &session{
		sys: sys, first: first, opts: preview.opts, log: preview.log,
		starts: make(chan startRequest), ended: make(chan struct{}),
	}
	preview.memory.stop()
	s.plan = preview.offer()
	if fail := s.open(); fail != nil {
		return preview.refuse(fail)
	}
	defer s.removeFolder()
	code := s.serve()
	close(s.ended)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.server.Close(ctx) // nobody is left to hear of it
	return code
}

// open makes the server and starts it.
func (s *session) open() *failure {
	var fail *failure
	s.server, fail = s.opts.listen(s.sys.dir, s, s.redact, func(text string) { s.logger().warnf("web UI: %s", text) })
	if fail != nil {
		return fail
	}
	s.show(nil)
	go func() {
		if err := s.server.Serve(); err != nil {
			s.logger().errorf("the web UI has ended: %s", err)
		}
	}()
	s.log.infof("starting web interface at %s", s.server.URL())
	return nil
}

// redact takes out what the last test, or the script as it was read first, knows to be secret.
func (s *session) redact(text string) string {
	if do := s.logger().redact; do != nil {
		return do(text)
	}
	return text
}

// logger is that of the test that goes on, whose view may be on the screen.
func (s *session) logger() *logger {
	if r, busy := s.current(); busy {
		return r.log
	}
	return s.log
}

// serve runs tests as they are asked for, and gives the exit code: that of the last test.
func (s *session) serve() int {
	if s.opts.autostart {
		over, fail := s.test(live.Form{}, func(error) {})
		switch {
		case over:
			return s.code
		case fail != nil && s.opts.autoquit >= 0: // nobody is there to try again
			return fail.code
		}
	}
	for {
		var quit <-chan time.Time
		if s.opts.autoquit >= 0 && s.n > 0 {
			quit = time.After(s.opts.autoquit)
		}
		select {
		case request := <-s.starts:
			if over, _ := s.test(request.form, func(err error) { request.answer <- err }); over {
				return s.code
			}
		case sig := <-s.sys.signals:
			s.log.infof("got signal %s, shutting down (exit code %d)", sig, s.code)
			return s.code
		case <-quit:
			s.log.infof("--autoquit: shutting down (exit code %d)", s.code)
			return s.code
		}
	}
}

// test runs a test from its start to its end. begun is called as soon as it is under way, or with the error, which is fail
// then, that keeps it from being so. over says that a signal has ended it, and with it the program.
func (s *session) test(form live.Form, begun func(error)) (over bool, fail *failure) {
	r, fail := s.prepare(form)
	if r != nil {
		defer r.end()
	}
	if fail != nil {
		s.log.errorf("the test could not be started: %s", fail)
		begun(fail)
		return false, fail
	}
	s.mu.Lock()
	s.n++
	s.run, s.busy = r, true
	s.mu.Unlock()
	r.enter(live.Spawning)
	begun(nil)
	code := r.test()
	_, over = r.signalled()
	s.mu.Lock()
	s.busy, s.code = false, code
	s.mu.Unlock()
	r.enter(live.Stopped) // with the exit code
	r.release()
	return over, nil
}

// prepare makes the run of a test and does all that can fail before its load.
func (s *session) prepare(form live.Form) (*run, *failure) {
	settings, err := s.settings(form)
	if err != nil {
		return nil, usage(err)
	}
	sys := *s.sys
	sys.form = settings
	r := newRun(&sys)
	r.watch = s.watch(r)
	r.cpuBefore, _ = resourceUsage() // by tests before this one
	fail := r.load(s.first)
	if fail == nil {
		if form.Rate == nil && form.SpawnRate != nil {
			r.opts.startRate = 0 // a closed run was chosen
		}
		fail = s.keepResults(r)
	}
	if fail == nil {
		fail = r.makeReady()
	}
	if fail != nil {
		if redact := r.env.Redact; redact != nil {
			fail = &failure{fail.code, errors.New(redact(fail.Error()))}
		}
		return r, fail
	}
	s.mu.Lock()
	s.plan = r.offer() // the form begins with what was chosen last
	s.mu.Unlock()
	return r, nil
}

// keepResults lets a run without --csv write its files to a folder that lasts as long as the session, to be downloaded.
func (s *session) keepResults(r *run) *failure {
	if r.opts.csv != "" {
		return nil
	}
	if s.folder == "" {
		folder, err := os.MkdirTemp("", "katydid-")
		if err != nil {
			s.log.warnf("the history and the histogram log cannot be kept for download: %s", withoutPath(err))
			return nil
		}
		s.folder = folder
	}
	r.opts.csv = filepath.Join(s.folder, "katydid")
	return nil
}

func (s *session) removeFolder() {
	if s.folder != "" {
		_ = os.RemoveAll(s.folder) // it is in a folder for temporary files anyway
	}
}

// release forgets what only a load needs, so that a session that waits does not keep its users' memory. The results stay.
func (r *run) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.people = departed(r.people.Peak())
	r.crowd, r.driver = nil, nil
}

// departed are users who have all left; the number is the most that there were.
type departed int

func (departed) Live() int      { return 0 }
func (d departed) Peak() int    { return int(d) }
func (departed) Hogged() bool   { return false }
func (departed) Accuse() string { return "" }
func (departed) KillAll()       {}
