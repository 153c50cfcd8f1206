package module_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"katydid/runtime/bridge"
	"katydid/runtime/module"
	"katydid/runtime/script"
	"katydid/runtime/vu"
	"katydid/stats"
)

// prelude imports the whole native API on the first line of a script, so that its line numbers stay.
const prelude = `import { User, HttpUser, FastHttpUser, TaskSet, SequentialTaskSet, MarkovTaskSet, LoadShape, LoadTestShape, task, tag, transition, transitions, ` +
	`between, constant, constantPacing, constantThroughput, constant_pacing, constant_throughput, events, sleep, env, shared, environment, runner, log, ` +
	`StopUser, StopTest, RescheduleTask, RescheduleTaskImmediately, InterruptTaskSet } from "katydid"; `

// play is a script and how to run it. The zero values: one user of each class, until all have ended by themselves.
type play struct {
	file    string // a.js unless given; the end of the name decides on TypeScript
	script  string // without the import of katydid
	users   int    // of each class; 1 if 0
	handler http.Handler
	host    string        // in place of the handler
	run     time.Duration // stop the users after so long; 0: they end by themselves
	when    func(p *played) bool
	grace   time.Duration // for the stop; 0 is a hard stop at once
	tags    []string
	exclude []string
	options map[string]any
	environ []string
}

// limit is when a test gives up waiting. Nothing is asserted about how close a run comes to it.
const limit = 10 * time.Second

// played is what a run left behind.
type played struct {
	*stats.Snapshot
	logged
	crowd         *vu.Crowd
	main          *vu.Main
	run           *module.Run
	classes       []vu.Class
	killed, stuck int
	peak          int
}

// logged collects what a run tells. Any goroutine may write.
type logged struct {
	mu       *sync.Mutex
	lines    *[]string // "INFO text"
	troubles *[]vu.Trouble
	stops    *[]string
	early    *int // users that left without being asked
}

func newLogged() logged {
	return logged{mu: new(sync.Mutex), lines: new([]string), troubles: new([]vu.Trouble), stops: new([]string), early: new(int)}
}

func (l logged) log(level vu.Level, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.lines = append(*l.lines, [...]string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}[level]+" "+text)
}

// said is what the script wrote with console.log.
func (l logged) said() (list []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range *l.lines {
		if text, ok := strings.CutPrefix(line, "INFO "); ok {
			list = append(list, text)
		}
	}
	return list
}

func (l logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(*l.lines, "\n")
}

// leftEarly tells whether so many users were reported to have left by themselves; the report may be a moment late.
func (l logged) leftEarly(want int) bool {
	for range 100 {
		l.mu.Lock()
		n := *l.early
		l.mu.Unlock()
		if n == want {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// wants compares what the script said with lines joined by " | ".
func (p *played) wants(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(p.said(), " | "); got != want {
		t.Errorf("said\n%s\nwant\n%s\nlog:\n%s", got, want, p.text())
	}
}

// row is "count/failures" of a row, "" if there is none.
func (p *played) row(method, name string) string {
	for _, r := range p.Rows {
		if r.Method == method && r.Name == name {
			return fmt.Sprintf("%d/%d", r.Count, r.Failures)
		}
	}
	return ""
}

// rows are all rows as "METHOD name count/failures", sorted as in the files.
func (p *played) rows() string {
	var list []string
	for _, r := range p.Rows {
		list = append(list, fmt.Sprintf("%s %s %d/%d", r.Method, r.Name, r.Count, r.Failures))
	}
	return strings.Join(list, ", ")
}

// faults are the texts of the failures rows.
func (p *played) faults() string {
	var list []string
	for _, f := range p.Failures {
		list = append(list, f.Text)
	}
	return strings.Join(list, ", ")
}

// thrown are the exceptions as "countxmessage".
func (p *played) thrown() string {
	var list []string
	for _, e := range p.Exceptions {
		list = append(list, fmt.Sprintf("%dx%s", e.Count, e.Message))
	}
	return strings.Join(list, ", ")
}

// calm fails the test if anything threw or went wrong.
func (p *played) calm(t *testing.T) {
	t.Helper()
	if s := p.thrown(); s != "" || len(*p.troubles) > 0 {
		t.Errorf("thrown: %s, troubles: %v\n%s", s, *p.troubles, p.text())
	}
}

// stage is a run that is set up and has not started.
type stage struct {
	env *vu.Env
	p   *played
}

func (pl play) setup(t testing.TB) *stage {
	t.Helper()
	if pl.file == "" {
		pl.file = "a.js"
	}
	sc, warnings, err := script.FromSource(pl.file, prelude+pl.script, script.Options{Builtins: module.Builtins(), Define: module.Defines(), Inert: module.Inert()})
	if err != nil {
		t.Fatal(err)
	}
	for i := range warnings {
		t.Errorf("warning: %v", &warnings[i])
	}
	p := &played{logged: newLogged()}
	now := time.Now()
	s := &stage{p: p}
	p.run = &module.Run{
		Shared: module.NewShared(os.ReadFile), Environ: pl.environ, Born: now, Options: pl.options,
		Stats: func() *stats.Snapshot { return s.env.Recorder.Collect(time.Now(), 0) },
		State: func() string { return "running" },
		Users: func() (int, int) { return p.crowd.Live(), 7 },
	}
	p.run.ExitCode.Store(module.NoExitCode)
	s.env = &vu.Env{
		Script: sc, Recorder: stats.NewRecorder(now, stats.Options{}), Log: p.log,
		Native: module.Native, Member: module.Member, Model: module.Model, Global: module.Global, Extra: p.run, Tags: pl.tags, ExcludeTags: pl.exclude,
		Stop:    func(reason string) { p.mu.Lock(); *p.stops = append(*p.stops, reason); p.mu.Unlock() },
		Trouble: func(tr vu.Trouble) { p.mu.Lock(); *p.troubles = append(*p.troubles, tr); p.mu.Unlock() },
	}
	return s
}

// load runs the script in the main VM and finds the classes.
func (s *stage) load(pl play, url string) error {
	main, load := vu.NewMain(s.env)
	s.p.main, s.p.run.Main = main, main
	if err := load(); err != nil {
		return err
	}
	found, err := main.Classes()
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.HTTP, err = module.HTTPConfig(main, f.Object, func(p string) string { return p }); err != nil {
			return err
		}
		if f.Host == "" {
			f.Host = url
		}
		if f.Host != "" {
			if f.Origin, err = bridge.ParseOrigin(f.Host); err != nil {
				return err
			}
		}
		s.env.Classes = append(s.env.Classes, f.Class)
	}
	s.p.classes = s.env.Classes
	return nil
}

// do runs the script with its users and gives what came of it.
func (pl play) do(t testing.TB) *played {
	t.Helper()
	s := pl.setup(t)
	url := pl.host
	if pl.handler != nil {
		server := httptest.NewServer(pl.handler)
		defer server.Close()
		url = server.URL
	}
	if err := s.load(pl, url); err != nil {
		_, trace := script.Stack(err)
		t.Fatalf("load: %s", trace)
	}
	p := s.p
	p.crowd = vu.NewCrowd(s.env, func(int) { p.mu.Lock(); *p.early++; p.mu.Unlock() })
	for class := range s.env.Classes {
		for range max(pl.users, 1) {
			p.crowd.Start(class)
		}
	}
	pl.wait(t, p)
	p.killed, p.stuck = p.crowd.StopAll(context.Background(), pl.grace)
	if p.stuck > 0 {
		t.Errorf("%d users did not end", p.stuck)
	}
	p.peak = p.crowd.Peak()
	p.Snapshot = s.env.Recorder.Collect(time.Now(), 0)
	return p
}

// wait lets the users run until they have ended, the time is over, or what the test waits for has happened.
func (pl play) wait(t testing.TB, p *played) {
	t.Helper()
	end := time.Now().Add(limit)
	over := time.Now().Add(pl.run)
	for time.Now().Before(end) {
		switch {
		case pl.when != nil:
			if pl.when(p) {
				return
			}
		case pl.run > 0:
			if !time.Now().Before(over) {
				return
			}
		}
		if p.crowd.Live() == 0 {
			return
		}
		select {
		case <-p.crowd.Left():
		case <-time.After(5 * time.Millisecond):
		}
	}
	t.Errorf("gave up after %s; log:\n%s", limit, p.text())
}
