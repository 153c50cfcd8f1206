package k6_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"katydid/runtime/load"
)

// A hard stop ends the requests under way at once. They are in no figure, the iteration is interrupted, and nothing more
// of it runs; the user can serve again.
func TestHardStop(t *testing.T) {
	for _, call := range []string{
		"http.get(T + '/slow')",
		"http.batch([T + '/slow', T + '/slow', T + '/slow'])",
		"await Promise.all([http.asyncRequest('GET', T + '/slow'), http.asyncRequest('GET', T + '/slow')])",
		"http.get(T + '/to-slow')",
	} {
		arrived := make(chan struct{}, 10)
		mux := http.NewServeMux()
		mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			arrived <- struct{}{}
			<-r.Context().Done()
		})
		mux.HandleFunc("/to-slow", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/slow", http.StatusFound) })
		mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
		st := play{
			script: `const T = __ENV.TARGET;
export default async function () {
  if (__ITER === 1) { console.log(http.get(T + '/').status, http.batch([T + '/'])[0].status, (await http.asyncRequest('GET', T + '/')).status); return; }
  try { ` + call + `; } catch (e) { console.log('caught'); }
  console.log('went on');
}`,
			environ: []string{"TARGET=" + serve(t, mux)},
		}.setup(t)
		w := st.sc.Take(0)
		go func() { <-arrived; w.Interrupt() }()
		began := time.Now()
		if w.Iterate(load.Iteration{}) {
			t.Error("the iteration went on")
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("the stop took %s", took)
		}
		st.sc.Put(w)
		w = st.sc.Take(0)
		if !w.Iterate(load.Iteration{Number: 1}) {
			t.Error("the user is dead")
		}
		st.sc.Put(w)
		p := st.end()
		p.calm(t)
		p.wants(t, "200 200 200")
		sent := int64(3)
		if call == "http.get(T + '/to-slow')" { // the redirect was answered
			sent++
		}
		p.counts(t, map[string]int64{"http_reqs": sent, "iterations": 1, "iteration_duration": 1})
		if p.Total.Count != sent || p.Total.Failures != 0 || p.run.Interrupted.Load() != 1 || p.run.Completed.Load() != 1 {
			t.Errorf("%s: rows %v, interrupted %d, completed %d", call, p.rows(), p.run.Interrupted.Load(), p.run.Completed.Load())
		}
	}
}

// An iteration that throws lets requests under way count, and hears no more of them.
func TestThrowWhileSending(t *testing.T) {
	url := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(20 * time.Millisecond) }))
	p := play{
		script:  "export default function () { http.asyncRequest('GET', __ENV.TARGET).then(() => console.log('heard')); throw new Error('no'); }",
		environ: []string{"TARGET=" + url},
	}.do(t)
	p.wants(t)
	p.counts(t, map[string]int64{"http_reqs": 1, "iterations": 1})
	if len(p.Exceptions) != 1 {
		t.Errorf("thrown: %v", p.Exceptions)
	}
}

// lines counts connections that were opened.
func lines(t *testing.T, opened *atomic.Int64) (url string) {
	s := httptest.NewUnstartedServer(target())
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// A user keeps its connection from one request, and from one iteration, to the next, as long as the options let it.
func TestConnections(t *testing.T) {
	tests := []struct {
		options string
		script  string
		want    int64
	}{
		{"", "http.get(T); http.get(T)", 1},
		{"noConnectionReuse: true", "http.get(T); http.get(T)", 6},
		{"noVUConnectionReuse: true", "http.get(T); http.get(T)", 3},
		{"", "http.batch([T, T])", 2},
		{"noVUConnectionReuse: true", "http.batch([T, T])", 6},
		{"", "http.get(T); http.batch([T, T])", 2},
		{"", "http.batch(Array(20).fill(T)); http.get(T)", 6},
		{"batchPerHost: 30, batch: 10", "http.batch(Array(40).fill(T))", 10},
		{"", "await Promise.all([http.asyncRequest('GET', T), http.asyncRequest('GET', T)])", 2},
		{"", "http.get(T); await http.asyncRequest('GET', T); await http.asyncRequest('GET', T)", 1},
		{"", "const p = http.asyncRequest('GET', T); http.get(T); await p;", 2},
		{"", "http.get(B.replace('//', '//user:pass@') + '/digest-auth/auth/user/pass', { auth: 'digest' })", 1},
	}
	for _, test := range tests {
		var opened atomic.Int64
		p := play{
			script:     "const B = __ENV.TARGET, T = B + '/host';\nexport const options = { " + test.options + " };\nexport default async function () { " + test.script + " }",
			iterations: 3, environ: []string{"TARGET=" + lines(t, &opened)},
		}.do(t)
		p.calm(t)
		if got := opened.Load(); got != test.want {
			t.Errorf("%s, %s: %d connections, want %d", test.options, test.script, got, test.want)
		}
	}
}
