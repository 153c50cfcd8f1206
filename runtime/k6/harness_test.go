package k6_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/k6"
	"katydid/runtime/k6/options"
	"katydid/runtime/k6data"
	"katydid/runtime/load"
	"katydid/runtime/module"
	"katydid/runtime/script"
	"katydid/runtime/vu"
	"katydid/stats"
)

// prelude imports what most scripts use on their first line, so that the numbers of the others stay.
const prelude = `import http from "k6/http"; import { check, group, sleep } from "k6"; import { Trend, Counter } from "k6/metrics"; import exec from "k6/execution"; `

// play is a script and how to run it: one user, who iterates.
type play struct {
	script     string // without the prelude
	iterations int    // 1 if 0
	environ    []string
	series     []string // submetrics to be counted: http_reqs{status:200}
	turn       func(time.Time) time.Duration
	kill       <-chan struct{} // interrupts the iteration that is under way when it is closed
}

// played is what a run left behind.
type played struct {
	*stats.Snapshot
	state *metrics.State
	run   *k6.Run
	url   string // of the target; see values

	mu    sync.Mutex
	lines []string // "INFO text"
}

func (p *played) log(level vu.Level, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, [...]string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}[level]+" "+text)
}

// said is the lines of a level.
func (p *played) said(level string) (list []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.lines {
		if text, ok := strings.CutPrefix(line, level+" "); ok {
			list = append(list, text)
		}
	}
	return list
}

// wants compares what the script wrote with console.log.
func (p *played) wants(t *testing.T, want ...string) {
	t.Helper()
	got := p.said("INFO")
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("did not say %q; log:\n%s", want[i], strings.Join(p.lines, "\n"))
		case i >= len(want):
			t.Errorf("said %q", got[i])
		case got[i] != want[i]:
			t.Errorf("said\n%s\nwant\n%s", got[i], want[i])
		}
	}
}

// calm fails the test if anything threw.
func (p *played) calm(t testing.TB) {
	t.Helper()
	if len(p.Exceptions) > 0 {
		t.Errorf("thrown: %v\n%s", p.Exceptions, strings.Join(p.lines, "\n"))
	}
}

// count is how many samples a metric or submetric has.
func (p *played) count(key string) int64 {
	if s := p.state.Find(key); s != nil {
		return s.Values.Samples
	}
	return 0
}

// counts compares the numbers of samples.
func (p *played) counts(t *testing.T, want map[string]int64) {
	t.Helper()
	for key, n := range want {
		if got := p.count(key); got != n {
			t.Errorf("%d samples of %s, want %d", got, key, n)
		}
	}
}

// rows are all rows of Locust's table as "METHOD name count/failures", sorted as in the files.
func (p *played) rows() (list []string) {
	for _, r := range p.Rows {
		list = append(list, fmt.Sprintf("%s %s %d/%d", r.Method, r.Name, r.Count, r.Failures))
	}
	return list
}

// stage is a script that is loaded, with its options.
type stage struct {
	p   *played
	env *vu.Env
	sc  *k6.Scenario
}

func (pl play) setup(t testing.TB) *stage {
	t.Helper()
	builtins := module.Builtins()
	maps.Copy(builtins, k6.Builtins())
	sc, warnings, err := script.FromSource("a.js", prelude+pl.script, script.Options{Builtins: builtins, Define: module.Defines(), Inert: module.Inert()})
	if err != nil {
		t.Fatal(err)
	}
	for i := range warnings {
		t.Errorf("warning: %v", &warnings[i])
	}
	now := time.Now()
	run := &k6.Run{
		Metrics: metrics.New(), Arrays: &k6data.Arrays{}, Files: k6data.NewFiles(os.ReadFile), Environ: pl.environ, Turn: pl.turn,
		Abort: func(string) {}, Fail: func(string) {}, Elapsed: func() time.Duration { return time.Since(now) },
	}
	p := &played{run: run}
	st := &stage{p: p}
	shared := &module.Run{Shared: module.NewShared(os.ReadFile), Environ: pl.environ, Born: now, Export: k6.Export}
	st.env = &vu.Env{
		Script: sc, Recorder: stats.NewRecorder(now, stats.Options{}), Log: p.log,
		Native: module.Native, Member: module.Member, Model: module.Model, Live: k6.Live, Extra: shared, K6: run,
		Global: func(vm *vu.VM, name string) goja.Value {
			if v := k6.Global(vm, name); v != nil {
				return v
			}
			return module.Global(vm, name)
		},
		Stop: func(string) {}, Trouble: func(vu.Trouble) {},
	}
	st.options(t, pl)
	run.Pool = vu.NewPool(st.env)
	st.sc = &k6.Scenario{Name: "default", Executor: "per-vu-iterations", Exec: "default", Run: run, Log: p.log}
	st.sc.KeepCookies, st.sc.CloseConnections = run.Options.NoCookiesReset, run.Options.NoVUConnectionReuse
	st.sc.Clock(func() time.Time { return now }, func(time.Time) float64 { return 0 })
	st.sc.Ready()
	return st
}

// options runs the top level in the main VM and takes the options from there.
func (st *stage) options(t testing.TB, pl play) {
	t.Helper()
	main, top := vu.NewMain(st.env)
	if err := top(); err != nil {
		t.Fatal(err)
	}
	exports, ok, err := k6.Look(main.VM)
	if err != nil || !ok {
		t.Fatal("no script of k6's", err)
	}
	given, _, err := options.FromScript(exports.Options)
	if err != nil {
		t.Fatal(err)
	}
	run := st.p.run
	if run.Options, _, err = given.Resolve(); err != nil {
		t.Fatal(err)
	}
	if run.HTTP, err = k6.HTTPConfig(run.Options); err != nil {
		t.Fatal(err)
	}
	for _, tag := range run.Options.Tags {
		run.Tags = run.Tags.With(metrics.Tag{Name: tag.Name, Value: tag.Value})
	}
	for _, key := range pl.series {
		of := metrics.ThresholdsOf{Key: key, Thresholds: []metrics.Threshold{{Expr: expr(key)}}}
		if err := run.Metrics.Thresholds([]metrics.ThresholdsOf{of}); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.Metrics.Validate(); err != nil {
		t.Fatal(err)
	}
}

// expr is a threshold that fits the metric.
func expr(key string) string {
	switch name, _, _ := strings.Cut(key, "{"); name {
	case "http_reqs", "data_sent", "data_received", "iterations", "ws_sessions", "ws_msgs_sent", "ws_msgs_received":
		return "count>=0"
	case "http_req_failed", "checks":
		return "rate>=0"
	}
	return "avg>=0"
}

// do runs the iterations and gives what came of them.
func (pl play) do(t testing.TB) *played {
	t.Helper()
	st := pl.setup(t)
	w := st.sc.Take(0)
	if w == nil {
		t.Fatal(st.p.lines)
	}
	if pl.kill != nil {
		go func() { <-pl.kill; w.Interrupt() }()
	}
	for i := range max(pl.iterations, 1) {
		w.Iterate(load.Iteration{Number: int64(i), Own: int64(i)})
	}
	st.sc.Put(w)
	return st.end()
}

func (st *stage) end() *played {
	st.p.run.Pool.Close()
	st.p.Snapshot = st.env.Recorder.Collect(time.Now(), 0)
	st.p.state = st.p.run.Metrics.Collect(time.Now())
	return st.p
}

// serve starts a server that ends with the test, and gives its URL.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
