package module_test

import (
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// held answers only when the request is given up or the test lets go; begun counts the requests.
type held struct {
	begun   atomic.Int64
	release chan struct{}
}

func newHeld() *held { return &held{release: make(chan struct{})} }

func (h *held) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/held" {
		return
	}
	h.begun.Add(1)
	select {
	case <-r.Context().Done():
	case <-h.release:
	}
}

func saying(text string, n int) func(*played) bool {
	return func(p *played) bool { return strings.Count(strings.Join(p.said(), "\n"), text) >= n }
}

func TestGracefulStop(t *testing.T) {
	t.Run("who waits leaves at once", func(t *testing.T) {
		p := play{users: 3, grace: time.Hour, when: saying("a", 3), script: `export class U extends User { waitTime() { return 600; } onStop() { console.log("stop"); } @task a() { console.log("a"); } }`}.do(t)
		if n := strings.Count(p.text(), "stop"); n != 3 || p.killed != 0 {
			t.Error(n, p.killed)
		}
	})
	t.Run("who is busy finishes the task", func(t *testing.T) {
		p := play{grace: time.Hour, when: saying("a", 1), script: `export class U extends User { @task async a() { console.log("a"); sleep(0.1); await new Promise(f => setTimeout(f, 50)); console.log("done"); } onStop() { console.log("stop"); } }`}.do(t)
		p.wants(t, "a | done | stop")
	})
	t.Run("a request in flight is finished and counted", func(t *testing.T) {
		h := newHeld()
		p := play{grace: time.Hour, handler: h, script: `export class U extends HttpUser { @task a() { this.client.get("/held"); console.log("done"); } }`,
			when: func(p *played) bool {
				if h.begun.Load() == 1 {
					time.AfterFunc(50*time.Millisecond, func() { close(h.release) })
					return true
				}
				return false
			}}.do(t)
		p.wants(t, "done")
		if p.row("GET", "/held") != "1/0" || p.killed != 0 {
			t.Error(p.rows(), p.killed)
		}
	})
	t.Run("wait() ends the task", func(t *testing.T) {
		p := play{grace: time.Hour, when: saying("a", 1), script: `export class U extends User { waitTime() { return 600; } @task a() { console.log("a"); this.wait(); console.log("never"); } onStop() { console.log("stop"); } }`}.do(t)
		p.wants(t, "a | stop")
		p.calm(t)
	})
	t.Run("task sets are left from the inside out", func(t *testing.T) {
		p := play{grace: time.Hour, when: saying("a", 1), script: `class S extends TaskSet { waitTime() { return 600; } @task a() { console.log("a"); } onStop() { console.log("set"); } } export class U extends User { static tasks = [S]; onStop() { console.log("user"); } }`}.do(t)
		p.wants(t, "a | set | user")
	})
}

func TestHardStop(t *testing.T) {
	t.Run("a request in flight is in no row", func(t *testing.T) {
		h := newHeld()
		p := play{users: 2, handler: h, when: func(*played) bool { return h.begun.Load() == 2 },
			script: `export class U extends HttpUser { @task a() { this.client.get("/ok"); this.client.get("/held"); console.log("never"); } }`}.do(t)
		if p.rows() != "GET /ok 2/0" || p.run.Interrupted.Load() != 2 || p.killed != 2 || len(p.said()) != 0 {
			t.Error(p.rows(), p.run.Interrupted.Load(), p.killed, p.said())
		}
		p.calm(t)
	})
	t.Run("async requests too", func(t *testing.T) {
		h := newHeld()
		p := play{handler: h, when: func(*played) bool { return h.begun.Load() == 3 },
			script: `export class U extends HttpUser { @task async a() { const all = [1, 2, 3].map(() => this.client.async.get("/held")); await Promise.all(all); console.log("never"); } async onStop() { await null; console.log((await this.client.async.get("/bye")).status); } }`}.do(t)
		p.wants(t, "200")
		if p.rows() != "GET /bye 1/0" || p.run.Interrupted.Load() != 3 {
			t.Error(p.rows(), p.run.Interrupted.Load())
		}
		p.calm(t)
	})
	t.Run("onStop can still send", func(t *testing.T) {
		h := newHeld()
		p := play{handler: h, when: func(*played) bool { return h.begun.Load() == 1 },
			script: `export class U extends HttpUser { @task a() { this.client.cookies.set("k", "v"); this.client.get("/held"); } onStop() { console.log(this.client.post("/bye", "x").status + " " + this.client.cookies.get("k")); } }`}.do(t)
		p.wants(t, "200 v")
		if p.rows() != "POST /bye 1/0" {
			t.Error(p.rows())
		}
	})
	t.Run("sleep and promises", func(t *testing.T) {
		for _, wait := range []string{`sleep(600)`, `await new Promise(f => setTimeout(f, 600000))`, `this.wait()`, `while (true) await null`, `await (async () => { while (true) await new Promise(f => setTimeout(f, 1)) })()`} {
			p := play{when: saying("a", 1), script: `export class U extends User { waitTime() { return 600 } @task async a() { console.log("a"); ` + wait + `; console.log("never"); } async onStop() { await null; await new Promise(f => setTimeout(f, 5)); console.log("stop"); } }`}.do(t)
			p.wants(t, "a | stop")
			p.calm(t)
		}
	})
	t.Run("an endless onStop is ended", func(t *testing.T) {
		t.Parallel()
		for _, loop := range []string{`while (true);`, `await new Promise(f => setTimeout(f, 1e6))`, `sleep(1e6)`, `this.client.get("/held")`} {
			p := play{handler: newHeld(), when: saying("a", 1), script: `export class U extends HttpUser { waitTime() { return 600; } @task a() { console.log("a"); sleep(600); } async onStop() { console.log("stop"); ` + loop + ` } }`}.do(t)
			p.wants(t, "a | stop")
		}
	})
}

func TestHardStopAsync(t *testing.T) {
	for _, loop := range []string{`while (true);`, `await null; while (true);`, `await (async () => { await null; while (true); })()`, `function* g() { while (true); } for (const x of g());`} {
		p := play{when: saying("a", 1), script: `export class U extends User { @task async a() { console.log("a"); ` + loop + ` } async onStop() { await null; await new Promise(f => setTimeout(f, 1)); console.log("stop"); } }`}.do(t)
		p.wants(t, "a | stop")
	}
}

// Who was in JavaScript for more than a second when it was killed is told where.
func TestEndlessLoopIsReported(t *testing.T) {
	t.Parallel()
	p := play{run: 1300 * time.Millisecond, script: "\nexport class U extends User {\n  @task a() {\n    while (true) {\n      this.n = 1;\n    }\n  }\n  onStop() { console.log(\"stop\"); }\n}"}.do(t)
	p.wants(t, "stop")
	if len(p.Exceptions) != 1 || !strings.Contains(p.Exceptions[0].Traceback, "at a (a.js:") || p.killed != 1 {
		t.Error(p.Exceptions)
	}
}

func TestNothingIsLeft(t *testing.T) {
	before := descriptors(t)
	h := newHeld()
	p := play{users: 200, handler: h, run: 600 * time.Millisecond, grace: 100 * time.Millisecond, script: `
		export class U extends HttpUser { static waitTime = between(0, 0.05);
			@task(20) a() { this.client.get("/ok"); }
			@task(5) async b() { await Promise.all([this.client.async.get("/ok"), this.client.async.get("/ok")]); this.client.batch(["/ok", "/ok"]); }
			@task c() { this.client.get("/held"); }
			@task d() { this.stop(); }
			@task async e() { setInterval(() => {}, 10); await this.client.async.get("/held"); }
			onStop() { this.client.get("/bye"); } }`}.do(t)
	if p.row("GET", "/ok") == "" || p.peak < 100 { // the first may have stopped by themselves before the last are there
		t.Error(p.rows(), p.peak)
	}
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for range 100 { // the server's side of the connections may be a moment late
		if descriptors(t) <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d descriptors before, %d after", before, descriptors(t))
}

func descriptors(t *testing.T) int {
	if runtime.GOOS != "linux" {
		return 0
	}
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
