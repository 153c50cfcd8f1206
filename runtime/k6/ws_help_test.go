package k6_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"katydid/internal/wsecho"
	"katydid/runtime/k6"
	"katydid/runtime/load"
)

// session is a script for WebSockets and how many users run it how often. The script has the server as S, "ws://...".
type session struct {
	script     string
	users      int // 1 if 0
	iterations int // of each; 1 if 0
	series     []string
	secrets    *k6.Secrets
	// watch is called in a goroutine of its own; when it returns, the users are interrupted. Nil leaves them alone.
	watch func(p *played)
}

// heard compares the log, but for warnings, with what is wanted. S stands for the server.
func heard(t *testing.T, name string, p *played, want ...string) {
	t.Helper()
	var got []string
	for _, line := range p.lines {
		line = strings.ReplaceAll(line, p.url, "S")
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

// sums compares what metrics have added up to.
func sums(t *testing.T, p *played, want map[string]float64) {
	t.Helper()
	for key, n := range want {
		if s := p.state.Find(key); s == nil || s.Values.Sum != n {
			t.Errorf("%s is %v, want %v", key, s, n)
		}
	}
}

// run runs it against a server of its own. Nothing of it is left behind.
func (s session) run(t testing.TB) *played {
	t.Helper()
	before := goleak.IgnoreCurrent()
	server := httptest.NewServer(http.HandlerFunc(wsecho.Serve))
	p := s.at(t, strings.Replace(server.URL, "http", "ws", 1))
	server.CloseClientConnections()
	server.Close()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
	return p
}

func (s session) at(t testing.TB, url string) *played {
	t.Helper()
	const imports = `import ws from "k6/ws"; import { WebSocket, Blob } from "k6/websockets"; import secrets from "k6/secrets"; const S = __ENV.S; `
	st := play{script: imports + s.script, environ: []string{"S=" + url}, series: s.series}.setup(t)
	st.p.url, st.p.run.Secrets = url, s.secrets
	var users, watch sync.WaitGroup
	var workers []load.Worker
	for range max(s.users, 1) {
		w := st.sc.Take(0)
		if w == nil {
			t.Fatal(st.p.lines)
		}
		workers = append(workers, w)
	}
	if s.watch != nil {
		watch.Go(func() {
			s.watch(st.p)
			for _, w := range workers {
				w.Interrupt()
			}
		})
	}
	for _, w := range workers {
		users.Go(func() {
			for i := range max(s.iterations, 1) {
				w.Iterate(load.Iteration{Number: int64(i)})
			}
		})
	}
	users.Wait()
	watch.Wait()
	for _, w := range workers {
		st.sc.Put(w)
	}
	return st.end()
}
