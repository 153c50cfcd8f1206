package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"katydid/stats"
	"katydid/web/live"
)

// Plan implements live.Test.
func (s *session) Plan() *live.Plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plan
}

// current is the run that goes on, or the last one.
func (s *session) current() (r *run, busy bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run, s.busy
}

// Start implements live.Test.
func (s *session) Start(form live.Form) error {
	if r, busy := s.current(); busy && !r.ending() {
		return r.change(form)
	}
	request := startRequest{form, make(chan error, 1)}
	select {
	case s.starts <- request: // when the test before has written its results
		return <-request.answer
	case <-s.ended:
		return errors.New("katydid is shutting down")
	}
}

// change changes the test that goes on.
func (r *run) change(form live.Form) (err error) {
	said := ""
	ok := r.do(func() {
		switch {
		case form.Rate != nil:
			said, err = r.changeRate(*form.Rate)
		case form.Users != nil:
			rate := r.opts.rate
			if form.SpawnRate != nil {
				rate = *form.SpawnRate
			}
			said, err = r.changeUsers(*form.Users, rate)
		default:
			err = errors.New("a test goes on: only its users, or its rate, can be changed")
		}
	})
	switch {
	case !ok:
		return errNoLoad
	case err == nil:
		r.log.infof("%s", said)
	}
	return err
}

// Stop implements live.Test.
func (s *session) Stop(ctx context.Context) error {
	r, busy := s.current()
	if !busy {
		return nil
	}
	r.stopFor("stopped in the web UI")
	select {
	case <-r.told: // whoever asks for the figures next gets the last ones
		return nil
	case <-ctx.Done():
		return errors.New("the test is still ending: users may take their time (--stop-timeout)")
	}
}

// Reset implements live.Test.
func (s *session) Reset() error {
	r, busy := s.current()
	if !busy {
		return nil // Locust forgets the last test's figures; here they stay for download until the next start
	}
	if !r.do(func() { r.resetStats("in the web UI") }) {
		return errNoLoad
	}
	return nil
}

// Log implements live.Test.
func (s *session) Log(n int64) []live.Line { return s.sys.tail.since(n) }

// File implements live.Test.
func (s *session) File(kind string) string {
	r, _ := s.current()
	suffix, ok := map[string]string{"history": "_stats_history.csv", "hlog": ".hlog"}[kind]
	if r == nil || !ok || r.opts.csv == "" {
		return ""
	}
	name := absolute(s.sys.dir, r.opts.csv+suffix)
	if _, err := os.Stat(name); err != nil {
		return ""
	}
	return name
}

// Write implements live.Test.
func (s *session) Write(w io.Writer, kind string) error {
	r, _ := s.current()
	if r == nil {
		return live.ErrNoTest
	}
	sum := r.final.Load()
	if sum == nil {
		f := s.frame()
		r.mu.Lock() // it may be forgetting its users just now
		info := r.info(f.ExitCode, f.Health, f.Checks, f.Thresholds)
		r.mu.Unlock()
		sum = stats.NewSummary(info, r.snapshot.Load())
	}
	if kind != "report" {
		return stats.WriteSummary(w, sum)
	}
	var b bytes.Buffer // so that the reader, who may be slow, does not hold up the test
	if err := r.writeReport(&b, sum); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Histograms implements live.Test.
func (s *session) Histograms(fn stats.HistogramFunc) {
	if r, _ := s.current(); r != nil {
		r.env.Recorder.Histograms(fn)
	}
}
