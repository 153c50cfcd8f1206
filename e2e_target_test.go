//go:build unix

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// waiting is a server whose answers wait to be released.
type waiting struct {
	url     string
	arrived chan struct{}
	release chan struct{}
}

func newWaiting(t *testing.T) *waiting {
	w := &waiting{arrived: make(chan struct{}, 1000), release: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		w.arrived <- struct{}{}
		select {
		case <-w.release:
		case <-in.Context().Done():
		}
		_, _ = io.WriteString(out, "late")
	}))
	w.url = server.URL
	t.Cleanup(server.Close)
	return w
}

// A target that goes away makes failures with a text that says why; when it is back the requests succeed again.
func TestTargetGoneAndBack(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	port := freePort(t)
	target, url := targetProcess(t, dir, port)
	p := newProcess(t, dir, "run", "a.js", "-H", url, "-u", "10", "-r", "100", "-s", "10s", "--csv", "x").start()
	target.says(" GET / 200")
	target.signal(syscall.SIGKILL)
	target.expect(128 + 9)
	untilRows(t, filepath.Join(dir, "x_failures.csv"), 2)
	target, _ = targetProcess(t, dir, port)
	target.says(" GET / 200")
	untilRows(t, filepath.Join(dir, "x_stats_history.csv"), 1+3)
	p.signal(syscall.SIGTERM)
	p.expect(1)

	counts := csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3)
	failed, refused := int64(0), false
	rows := readCSV(t, filepath.Join(dir, "x_failures.csv"))
	for _, row := range rows[1:] {
		failed += number(t, row[3])
		refused = refused || strings.Contains(row[2], "connection refused")
	}
	if len(rows) > 1+4 || !refused || failed != counts["/"].failures || failed == counts["/"].requests {
		t.Errorf("%v, failures: %q", counts, rows)
	}
	t.Logf("%q", rows)
	if len(readCSV(t, filepath.Join(dir, "x_exceptions.csv"))) != 1 {
		t.Errorf("exceptions:\n%s", p.stderr)
	}
}

// A target that never answers does not keep the run from ending.
func TestHangingTarget(t *testing.T) {
	t.Parallel()
	for _, grace := range []int{0, 1} {
		t.Run(fmt.Sprintf("stop timeout %d s", grace), func(t *testing.T) {
			t.Parallel()
			server := newWaiting(t)
			dir := folder(t, map[string]string{"a.js": user("onStop() { this.client.get('/goodbye'); }")})
			p := newProcess(t, dir, "run", "a.js", "-H", server.url, "-u", "5", "-r", "100", "-t", "3s", "-s", strconv.Itoa(grace), "--csv", "x", "--summary", "s.json").start()
			p.expect(0)
			if s := readSummary(t, filepath.Join(dir, "s.json")); s.ElapsedS > float64(3+grace)+slack.Seconds() || s.Total.Count != 0 {
				t.Errorf("%+v\n%s", s, p.stderr)
			}
			if !p.said("requests were on their way when their users were stopped") {
				t.Errorf("not said what became of the requests:\n%s", p.stderr)
			}
		})
	}
}
