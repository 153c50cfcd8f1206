package k6

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/k6/options"
	"katydid/runtime/k6data"
	"katydid/runtime/load"
	"katydid/runtime/module"
	"katydid/runtime/script"
	"katydid/runtime/vu"
	"katydid/stats"
)

// stage is a k6 script with its scenario, as the program makes it, without the program.
type stage struct {
	tb  testing.TB
	env *vu.Env
	run *Run
	sc  *Scenario
	end time.Duration // of the run

	mu     sync.Mutex
	log    []string
	reason []string // of Abort
}

// newStage loads a script and reads its options; environ is that of __ENV.
func newStage(tb testing.TB, source string, environ ...string) *stage {
	tb.Helper()
	builtins := module.Builtins()
	for name, text := range Builtins() {
		builtins[name] = text
	}
	sc, _, err := script.FromSource("a.js", source, script.Options{Builtins: builtins, Define: module.Defines(), Inert: module.Inert()})
	if err != nil {
		tb.Fatal(err)
	}
	st := &stage{tb: tb, end: time.Second}
	st.run = &Run{
		Metrics: metrics.New(), Arrays: &k6data.Arrays{}, Files: k6data.NewFiles(os.ReadFile), Environ: environ,
		Abort: func(reason string) { st.mu.Lock(); st.reason = append(st.reason, reason); st.mu.Unlock() },
		Fail:  func(string) {}, Elapsed: func() time.Duration { return 0 },
	}
	st.env = &vu.Env{
		Script: sc, Recorder: stats.NewRecorder(time.Now(), stats.Options{}), Native: module.Native, Member: module.Member, Model: module.Model, Live: Live,
		Log:     func(_ vu.Level, text string) { st.mu.Lock(); st.log = append(st.log, text); st.mu.Unlock() },
		Trouble: func(vu.Trouble) {}, Stop: func(string) {}, Extra: &module.Run{Shared: module.NewShared(os.ReadFile), Export: Export}, K6: st.run,
		Global: func(vm *vu.VM, name string) goja.Value {
			if v := Global(vm, name); v != nil {
				return v
			}
			return module.Global(vm, name)
		},
	}
	st.run.Pool = vu.NewPool(st.env)
	main, loadMain := vu.NewMain(st.env)
	if err := loadMain(); err != nil {
		tb.Fatal(err)
	}
	exports, _, err := Look(main.VM)
	if err != nil {
		tb.Fatal(err)
	}
	st.options(exports.Options)
	tb.Cleanup(st.run.Pool.Close)
	return st
}

// options takes over what the script says.
func (st *stage) options(text []byte) {
	st.tb.Helper()
	given, _, err := options.FromScript(text)
	if err != nil {
		st.tb.Fatal(err)
	}
	o, _, err := given.Resolve()
	if err != nil {
		st.tb.Fatal(err)
	}
	if st.run.HTTP, err = HTTPConfig(o); err != nil {
		st.tb.Fatal(err)
	}
	st.run.Options = o
	for _, th := range o.Thresholds {
		of := metrics.ThresholdsOf{Key: th.Key}
		for _, d := range th.List {
			of.Thresholds = append(of.Thresholds, metrics.Threshold{Expr: d.Expr})
		}
		if err := st.run.Metrics.Thresholds([]metrics.ThresholdsOf{of}); err != nil {
			st.tb.Fatal(err)
		}
	}
	if err := st.run.Metrics.Validate(); err != nil {
		st.tb.Fatal(err)
	}
	st.sc = &Scenario{Name: "default", Executor: "per-vu-iterations", Exec: "default", Run: st.run, Log: st.env.Log,
		KeepCookies: o.NoCookiesReset, CloseConnections: o.NoVUConnectionReuse}
	st.sc.Ready()
}

// user lends one.
func (st *stage) user() *worker {
	st.tb.Helper()
	w := st.sc.Take(0)
	if w == nil {
		st.tb.Fatalf("no user to have: %s", st.text())
	}
	return w.(*worker)
}

// iterate runs one user's iterations and gives the user back.
func (st *stage) iterate(n int) {
	st.tb.Helper()
	w := st.user()
	for i := range n {
		if !w.Iterate(load.Iteration{Number: int64(i), Own: int64(i)}) {
			st.tb.Fatalf("iteration %d was interrupted: %s", i, st.text())
		}
	}
	st.sc.Put(w)
}

// text is the log.
func (st *stage) text() string {
	st.mu.Lock()
	defer st.mu.Unlock()
	return strings.Join(st.log, "\n")
}

// waitFor waits until a line is in the log.
func (st *stage) waitFor(line string) {
	st.tb.Helper()
	for end := time.Now().Add(time.Minute); !strings.Contains(st.text(), line); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			st.tb.Fatalf("the script does not say %q: %s", line, st.text())
		}
	}
}

// said are the lines that the script has logged with "# ", and the test fails if there is any other line.
func (st *stage) said() string {
	st.tb.Helper()
	var list []string
	for line := range strings.SplitSeq(st.text(), "\n") {
		if text, ok := strings.CutPrefix(line, "# "); ok {
			list = append(list, text)
		} else if line != "" {
			st.tb.Errorf("log: %s", line)
		}
	}
	return strings.Join(list, "\n")
}

// metric is what of a metric, or of a submetric with a threshold, has been counted: the count of a counter, the number of
// samples of the others.
func (st *stage) metric(key string) float64 {
	st.tb.Helper()
	for _, s := range st.run.Metrics.Collect(time.Now()).Series {
		if s.Key != key {
			continue
		}
		if s.Metric.Type == metrics.Counter {
			return s.Values.Sum
		}
		return float64(s.Values.Samples)
	}
	return 0
}

// serve starts a server.
func serve(tb testing.TB, h http.HandlerFunc) string {
	tb.Helper()
	s := httptest.NewServer(h)
	tb.Cleanup(s.Close)
	return s.URL
}
