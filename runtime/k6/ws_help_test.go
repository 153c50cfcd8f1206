package k6_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dop251/goja"
	"go.uber.org/goleak"

	"katydid/internal/wsecho"
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

// session is a script for WebSockets and how many users run it how often. The script has the server as S, "ws://...".
type session struct {
	script     string
	users      int // 1 if 0
	iterations int // of each; 1 if 0
	series     []string
	kill       <-chan struct{} // interrupts all users when it is closed
	secrets    *k6.Secrets
}

// spoken is what came of it.
type spoken struct {
	*stats.Snapshot
	state *metrics.State
	run   *k6.Run
	url   string

	mu    sync.Mutex
	lines []string // "INFO text"
}

func (p *spoken) log(level vu.Level, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text = strings.ReplaceAll(text, p.url, "S")
	p.lines = append(p.lines, [...]string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}[level]+" "+text)
}

// heard compares the log, but for warnings, with what is wanted.
func (p *spoken) heard(t *testing.T, name string, want ...string) {
	t.Helper()
	var got []string
	for _, line := range p.lines {
		if text, ok := strings.CutPrefix(line, "INFO "); ok {
			got = append(got, text)
		} else if !strings.HasPrefix(line, "WARNING") {
			got = append(got, line)
		}
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("%s: said\n%s\nwant\n%s", name, g, w)
	}
}

// value is what a metric has added up to.
func (p *spoken) value(key string) float64 {
	if s := p.state.Find(key); s != nil {
		return s.Values.Sum
	}
	return 0
}

func (p *spoken) samples(key string) int64 {
	if s := p.state.Find(key); s != nil {
		return s.Values.Samples
	}
	return 0
}

// run runs it against a server of its own. Nothing of it is left behind.
func (s session) run(t testing.TB) *spoken {
	t.Helper()
	before := goleak.IgnoreCurrent()
	server := httptest.NewServer(http.HandlerFunc(wsecho.Serve))
	defer func() {
		server.CloseClientConnections()
		server.Close()
		goleak.VerifyNone(t, before)
	}()
	return s.runAt(t, strings.Replace(server.URL, "http", "ws", 1))
}

func (s session) runAt(t testing.TB, url string) *spoken {
	t.Helper()
	builtins := module.Builtins()
	maps.Copy(builtins, k6.Builtins())
	const prelude = `import ws from "k6/ws"; import { WebSocket, Blob } from "k6/websockets"; import http from "k6/http"; const S = __ENV.S; `
	sc, _, err := script.FromSource("a.js", prelude+s.script, script.Options{Builtins: builtins, Define: module.Defines(), Inert: module.Inert()})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	p := &spoken{url: url}
	run := &k6.Run{
		Metrics: metrics.New(), Arrays: &k6data.Arrays{}, Files: k6data.NewFiles(os.ReadFile), Environ: []string{"S=" + url},
		Abort: func(string) {}, Fail: func(string) {}, Elapsed: func() time.Duration { return time.Since(now) }, Secrets: s.secrets,
	}
	p.run = run
	env := &vu.Env{
		Script: sc, Recorder: stats.NewRecorder(now, stats.Options{}), Log: p.log, Native: module.Native, Member: module.Member, Model: module.Model,
		Live: k6.Live, Extra: &module.Run{Shared: module.NewShared(os.ReadFile), Born: now, Export: k6.Export}, K6: run,
		Global: func(vm *vu.VM, name string) goja.Value {
			if v := k6.Global(vm, name); v != nil {
				return v
			}
			return module.Global(vm, name)
		},
		Stop: func(string) {}, Trouble: func(vu.Trouble) {},
	}
	if run.Options, _, err = (&options.Options{}).Resolve(); err != nil {
		t.Fatal(err)
	}
	run.Options.InsecureSkipTLSVerify = true
	if run.HTTP, err = k6.HTTPConfig(run.Options); err != nil {
		t.Fatal(err)
	}
	for _, key := range s.series {
		of := metrics.ThresholdsOf{Key: key, Thresholds: []metrics.Threshold{{Expr: "count>=0"}}}
		if strings.Contains(key, "ping") || strings.Contains(key, "connecting") || strings.Contains(key, "duration") {
			of.Thresholds[0].Expr = "avg>=0"
		}
		if err := run.Metrics.Thresholds([]metrics.ThresholdsOf{of}); err != nil {
			t.Fatal(err)
		}
	}
	run.Pool = vu.NewPool(env)
	scenario := &k6.Scenario{Name: "default", Executor: "per-vu-iterations", Exec: "default", Run: run, Log: p.log}
	scenario.Clock(func() time.Time { return now }, func(time.Time) float64 { return 0 })
	scenario.Ready()
	var users sync.WaitGroup
	for range max(s.users, 1) {
		w := scenario.Take(0)
		if w == nil {
			t.Fatal(p.lines)
		}
		done := make(chan struct{})
		if s.kill != nil {
			users.Go(func() {
				select {
				case <-s.kill:
					w.Interrupt()
				case <-done:
				}
			})
		}
		users.Go(func() {
			defer close(done)
			for i := range max(s.iterations, 1) {
				w.Iterate(load.Iteration{Number: int64(i)})
			}
			scenario.Put(w)
		})
	}
	users.Wait()
	run.Pool.Close()
	p.Snapshot, p.state = env.Recorder.Collect(time.Now(), 0), run.Metrics.Collect(time.Now())
	return p
}
